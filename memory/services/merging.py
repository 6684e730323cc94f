"""Merge candidates with what is known: repeats strengthen, slots are superseded by event time."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from creators.models import Creator, Interaction
from memory.enums import MemoryState
from memory.extraction import Candidate
from memory.models import Memory, MemoryEvidence
from veri.platform.connections.copying import allocate_ids, copy_rows
from veri.platform.text import normalise

LATEST_EVIDENCE = 20
CHANGEABLE = ("strength", "latest_evidence", "state", "valid_from", "valid_to", "superseded_by")
SlotKey = tuple[str, str]
Pairs = list[tuple[Interaction, Candidate]]


@dataclass
class Merged:
    """The memories the candidates speak of: those that are new, and the known ones that gained evidence."""

    memories: list[Memory] = field(default_factory=list)
    formed: list[Memory] = field(default_factory=list)
    strengthened: set[int] = field(default_factory=set)


def merge_candidates(*, creator: Creator, candidates: Pairs, now: datetime) -> Merged:
    """Store candidates of one creator inside the caller's transaction and formation lock."""
    slots = [pair for pair in candidates if pair[1].is_slot]
    facts = [pair for pair in candidates if not pair[1].is_slot]
    proofs: dict[str, list[Interaction]] = defaultdict(list)
    known = _load_known(creator, facts)
    for interaction, candidate in facts:
        digest = hash_content(candidate.subject, candidate.predicate, candidate.value)
        if digest not in known:
            known[digest] = _build(creator, candidate, digest, interaction.occurred_at, now)
        proofs[digest].append(interaction)
    for key, pairs in _group_by_slot(slots).items():
        known |= _place_in_slot(creator, key, pairs, proofs, now)
    return _save(known, proofs)


def hash_content(*parts: str) -> str:
    """Return 32 hex digits of the normalised parts: writing, case and blanks do not count."""
    return blake2b("\x1f".join(normalise(part) for part in parts).encode(), digest_size=16).hexdigest()


def _load_known(creator: Creator, pairs: Pairs) -> dict[str, Memory]:
    digests = {hash_content(one.subject, one.predicate, one.value) for _, one in pairs}
    found = Memory.objects.filter(creator=creator, content_hash__in=digests)
    return {memory.content_hash: memory for memory in found}


def _group_by_slot(pairs: Pairs) -> dict[SlotKey, Pairs]:
    grouped: dict[SlotKey, Pairs] = defaultdict(list)
    for interaction, candidate in pairs:
        grouped[candidate.subject, candidate.predicate].append((interaction, candidate))
    return grouped


def _place_in_slot(
    creator: Creator, key: SlotKey, pairs: Pairs, proofs: dict[str, list[Interaction]], now: datetime
) -> dict[str, Memory]:
    """Put each value on the slot's time line; a value that is said again while it holds is evidence, not news."""
    line = list(Memory.objects.filter(creator=creator, subject=key[0], predicate=key[1], is_slot=True))
    for interaction, candidate in pairs:
        line.sort(key=_by_event_time)
        memory = _find_holding(line, candidate.value, interaction.occurred_at)
        if memory is None:
            digest = hash_content(*key, candidate.value, interaction.occurred_at.isoformat())
            memory = _build(creator, candidate, digest, interaction.occurred_at, now)
            line.append(memory)
        proofs[memory.content_hash].append(interaction)
    return {memory.content_hash: memory for memory in line}


def _by_event_time(memory: Memory) -> tuple[datetime, str]:
    return memory.valid_from, memory.content_hash


def _find_holding(line: list[Memory], value: str, at: datetime) -> Memory | None:
    """Return the memory of a value that holds at an instant, or that the very next change brings."""
    earlier = [one for one in line if one.valid_from <= at]
    later = [one for one in line if one.valid_from > at]
    wanted = normalise(value)
    if earlier and normalise(earlier[-1].value) == wanted:
        return earlier[-1]
    if later and normalise(later[0].value) == wanted:
        later[0].valid_from = at
        return later[0]
    return None


def _build(creator: Creator, candidate: Candidate, digest: str, at: datetime, now: datetime) -> Memory:
    return Memory(
        creator=creator,
        type=candidate.type,
        subject=candidate.subject,
        predicate=candidate.predicate,
        value=candidate.value,
        text=candidate.text,
        keywords=candidate.keywords,
        content_hash=digest,
        is_slot=candidate.is_slot,
        confidence=candidate.confidence,
        valid_from=at,
        recorded_at=now,
    )


def _save(known: dict[str, Memory], proofs: dict[str, list[Interaction]]) -> Merged:
    """Write new memories, changed ones and evidence; what did not change is not touched."""
    memories = list(known.values())
    before = {one.pk: _get_changeable(one) for one in memories if one.pk is not None}
    new = [one for one in memories if one.pk is None]
    for memory, key in zip(new, allocate_ids(model=Memory, count=len(new)), strict=True):
        memory.pk = key
    _order_slots(memories)
    gained = _add_evidence(known, proofs, set(before))
    Memory.objects.bulk_create(new, batch_size=500)
    _copy_evidence(gained)
    changed = [one for one in memories if one.pk in before and _get_changeable(one) != before[one.pk]]
    Memory.objects.bulk_update(changed, CHANGEABLE, batch_size=100)
    return Merged(memories=memories, formed=new, strengthened={key for key in gained if key in before})


def _get_changeable(memory: Memory) -> tuple[object, ...]:
    return tuple(getattr(memory, name) for name in (*CHANGEABLE[:-1], "superseded_by_id"))


def _order_slots(memories: list[Memory]) -> None:
    """Let each value of a slot hold until the next one's event time."""
    lines: dict[SlotKey, list[Memory]] = defaultdict(list)
    for memory in memories:
        if memory.is_slot:
            lines[memory.subject, memory.predicate].append(memory)
    for line in lines.values():
        line.sort(key=_by_event_time)
        for earlier, later in zip(line, [*line[1:], None], strict=True):
            earlier.state = MemoryState.SUPERSEDED if later else MemoryState.ACTIVE
            earlier.valid_to = later.valid_from if later else None
            earlier.superseded_by = later


def _add_evidence(
    known: dict[str, Memory], proofs: dict[str, list[Interaction]], stored: set[int]
) -> dict[int, list[Interaction]]:
    """Set strength and latest evidence; return by memory the interactions that are news to it."""
    rested = set(
        MemoryEvidence.objects.filter(
            memory__in=[known[digest].pk for digest in proofs if known[digest].pk in stored],
            interaction__in={one.pk for interactions in proofs.values() for one in interactions},
        ).values_list("memory_id", "interaction_id")
    )
    gained: dict[int, list[Interaction]] = {}
    for digest, interactions in proofs.items():
        memory = known[digest]
        fresh = {one.pk: one for one in interactions if (memory.pk, one.pk) not in rested}
        if fresh:
            gained[memory.pk] = list(fresh.values())
            memory.strength += len(fresh)
    _refresh_latest({one.pk: one for one in known.values()}, gained, stored)
    return gained


def _refresh_latest(by_id: dict[int, Memory], gained: dict[int, list[Interaction]], stored: set[int]) -> None:
    """Set the latest twenty interactions of the memories that gained some."""
    latest: dict[int, list[tuple[datetime, int]]] = {
        key: [(one.occurred_at, one.pk) for one in interactions] for key, interactions in gained.items()
    }
    held = {pk for key in gained if key in stored for pk in by_id[key].latest_evidence}
    instants = dict(Interaction.objects.filter(pk__in=held).values_list("pk", "occurred_at")) if held else {}
    for key, instants_and_ids in latest.items():
        instants_and_ids += [(instants[pk], pk) for pk in by_id[key].latest_evidence if pk in instants]
        newest = sorted(instants_and_ids, reverse=True)[:LATEST_EVIDENCE]
        by_id[key].latest_evidence = [pk for _, pk in newest]


def _copy_evidence(gained: dict[int, list[Interaction]]) -> None:
    copy_rows(
        model=MemoryEvidence,
        columns=("memory_id", "interaction_id", "occurred_at"),
        rows=((key, one.pk, one.occurred_at) for key, interactions in gained.items() for one in interactions),
    )
