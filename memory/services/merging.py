"""Merge candidates with what is known: repeats strengthen, slots are superseded by event time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from django.db.models import Count

from creators.models import Creator, Interaction
from memory.enums import MemoryState
from memory.extraction import Candidate
from memory.models import Memory, MemoryEvidence
from veri.platform.text import normalise

LATEST_EVIDENCE = 20
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
        line.sort(key=lambda one: (one.valid_from, one.content_hash))
        memory = _find_holding(line, candidate.value, interaction.occurred_at)
        if memory is None:
            stamp = interaction.occurred_at.isoformat()
            digest = hash_content(*key, candidate.value, stamp)
            memory = _build(creator, candidate, digest, interaction.occurred_at, now)
            line.append(memory)
        proofs[memory.content_hash].append(interaction)
    line.sort(key=lambda one: (one.valid_from, one.content_hash))
    for earlier, later in zip(line, line[1:], strict=False):
        earlier.state, earlier.valid_to = MemoryState.SUPERSEDED, later.valid_from
    for earlier in line[-1:]:
        earlier.state, earlier.valid_to = MemoryState.ACTIVE, None
    return {memory.content_hash: memory for memory in line}


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
    """Write memories, evidence, and what follows from evidence; return what changed."""
    new = [memory for memory in known.values() if memory.pk is None]
    for memory in new:
        memory.strength = 0
    Memory.objects.bulk_create(new, batch_size=500)
    MemoryEvidence.objects.bulk_create(
        (
            MemoryEvidence(memory=known[digest], interaction=one, occurred_at=one.occurred_at)
            for digest, interactions in proofs.items()
            for one in {one.pk: one for one in interactions}.values()
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )
    changed = _refresh_evidence(known.values())
    _link_superseded(known.values())
    Memory.objects.bulk_update(
        known.values(), ["strength", "latest_evidence", "state", "valid_from", "valid_to", "superseded_by"], batch_size=500
    )
    return Merged(memories=list(known.values()), formed=new, strengthened={one.pk for one in changed} - {one.pk for one in new})


def _refresh_evidence(memories: Iterable[Memory]) -> list[Memory]:
    """Set strength and latest evidence from the evidence rows; return the memories that changed."""
    by_id = {memory.pk: memory for memory in memories}
    evidence = MemoryEvidence.objects.filter(memory__in=by_id)
    counts = dict(evidence.values_list("memory").annotate(Count("pk")))
    latest: dict[int, list[int]] = defaultdict(list)
    for memory_id, interaction_id in evidence.order_by("-occurred_at", "-interaction_id").values_list(
        "memory_id", "interaction_id"
    ):
        if len(latest[memory_id]) < LATEST_EVIDENCE:
            latest[memory_id].append(interaction_id)
    changed = [one for one in by_id.values() if (one.strength, one.latest_evidence) != (counts[one.pk], latest[one.pk])]
    for memory in changed:
        memory.strength, memory.latest_evidence = counts[memory.pk], latest[memory.pk]
    return changed


def _link_superseded(memories: Iterable[Memory]) -> None:
    lines: dict[SlotKey, list[Memory]] = defaultdict(list)
    for memory in memories:
        if memory.is_slot:
            lines[memory.subject, memory.predicate].append(memory)
    for line in lines.values():
        line.sort(key=lambda one: (one.valid_from, one.content_hash))
        for earlier, later in zip(line, [*line[1:], None], strict=True):
            earlier.superseded_by = later
