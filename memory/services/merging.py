"""Merge candidates with what is known: repeats strengthen, slots are superseded by event time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

import orjson
from django.db import connection
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from creators.models import Creator, Interaction
from memory.enums import MemoryState
from memory.extraction import Candidate
from memory.models import Memory, MemoryEvidence
from memory.services.timeline import Assertion, Pairs, Run, SlotKey, plan_slot
from veri.platform.connections.copying import allocate_ids, copy_rows
from veri.platform.text import normalise

LATEST_EVIDENCE = 20
CHANGEABLE = ("content_hash", "strength", "latest_evidence", "state", "valid_from", "valid_to", "superseded_by_id")
_UPDATE = """
UPDATE memory_memory AS stored
SET content_hash = changed.content_hash, strength = changed.strength, latest_evidence = changed.latest_evidence,
    state = changed.state, valid_from = changed.valid_from, valid_to = changed.valid_to,
    superseded_by_id = changed.superseded_by_id
FROM jsonb_to_recordset(%s::jsonb) AS changed (
    id bigint, content_hash text, strength integer, latest_evidence bigint[], state text,
    valid_from timestamptz, valid_to timestamptz, superseded_by_id bigint)
WHERE stored.id = changed.id"""


@dataclass
class Merged:
    """The memories the candidates speak of: those that are new, and the known ones that changed."""

    memories: list[Memory] = field(default_factory=list)
    formed: list[Memory] = field(default_factory=list)
    strengthened: list[Memory] = field(default_factory=list)


@dataclass
class _Draft:
    """A memory with the interactions it will rest on: those it has, and what is news to it."""

    memory: Memory
    fresh: dict[int, datetime] = field(default_factory=dict)
    before: tuple[object, ...] | None = None


def merge_candidates(*, creator: Creator, candidates: Pairs, now: datetime) -> Merged:
    """Store candidates of one creator inside the caller's transaction and formation lock."""
    drafts = _draft_facts(creator, [pair for pair in candidates if not pair[1].is_slot], now)
    for key, pairs in _group_by_slot(candidates).items():
        drafts += _draft_slot(creator, key, pairs, now)
    return _save(drafts)


def realign_slot(*, creator: Creator, key: SlotKey, now: datetime) -> Merged:
    """Arrange a slot anew from the evidence that is left, inside the caller's transaction and formation lock."""
    return _save(_draft_slot(creator, key, [], now))


def hash_content(*parts: str) -> str:
    """Return 32 hex digits of the normalised parts: writing, case and blanks do not count."""
    return blake2b("\x1f".join(normalise(part) for part in parts).encode(), digest_size=16).hexdigest()


def _draft_facts(creator: Creator, pairs: Pairs, now: datetime) -> list[_Draft]:
    """Return one draft per statement; the same statement again is more evidence for it."""
    by_hash: dict[str, Pairs] = defaultdict(list)
    for interaction, candidate in pairs:
        by_hash[hash_content(candidate.subject, candidate.predicate, candidate.value)].append((interaction, candidate))
    known = {one.content_hash: one for one in Memory.objects.filter(creator=creator, content_hash__in=by_hash)}
    rested = _read_evidence([one.pk for one in known.values()], {one.pk for one, _ in pairs})
    drafts = []
    for digest, stated in by_hash.items():
        memory = known.get(digest)
        before = _get_changeable(memory) if memory else None
        memory = memory or _build(creator, stated[0][1], now)
        fresh = {one.pk: one.occurred_at for one, _ in stated if (memory.pk, one.pk) not in rested}
        memory.content_hash = digest
        memory.valid_from = min([*([memory.valid_from] if before else []), *(one.occurred_at for one, _ in stated)])
        drafts.append(_Draft(memory=memory, fresh=fresh, before=before))
    return drafts


def _read_evidence(memory_ids: list[int], interaction_ids: set[int]) -> set[tuple[int, int]]:
    found = MemoryEvidence.objects.filter(memory__in=memory_ids, interaction__in=interaction_ids)
    return set(found.values_list("memory_id", "interaction_id"))


def _group_by_slot(candidates: Pairs) -> dict[SlotKey, Pairs]:
    grouped: dict[SlotKey, Pairs] = defaultdict(list)
    for interaction, candidate in candidates:
        if candidate.is_slot:
            grouped[candidate.subject, candidate.predicate].append((interaction, candidate))
    return grouped


def _draft_slot(creator: Creator, key: SlotKey, pairs: Pairs, now: datetime) -> list[_Draft]:
    """Bring a slot's memories in line with its time line; a split run takes its evidence along."""
    plan = plan_slot(creator=creator, key=key, pairs=pairs)
    drafts = [_draft_run(creator, key, run, now) for run in plan.runs]
    for earlier, later in zip(drafts, [*drafts, None][1:], strict=True):
        earlier.memory.state = MemoryState.SUPERSEDED if later else MemoryState.ACTIVE
        earlier.memory.valid_to = later.memory.valid_from if later else None
        earlier.memory.superseded_by = later.memory if later else None
    if plan.emptied:
        Memory.objects.filter(pk__in=[one.pk for one in plan.emptied]).delete()
    return drafts


def _draft_run(creator: Creator, key: SlotKey, run: Run, now: datetime) -> _Draft:
    memory, before = run.memory, _get_changeable(run.memory) if run.memory else None
    if memory is None:
        memory = _build(creator, run.candidate, now) if run.candidate else _copy_words(run.source, now)
    memory.valid_from = run.valid_from
    opener = run.assertions[0]  # its id too: one instant may see A, B and A again
    memory.content_hash = hash_content(*key, memory.value, opener.occurred_at.isoformat(), str(opener.interaction_id))
    moved = [one for one in run.assertions if one.memory and one.memory is not memory]
    _let_go(moved)
    fresh = {one.interaction_id: one.occurred_at for one in run.assertions if one.memory is not memory}
    held = sorted(
        ((one.occurred_at, one.interaction_id) for one in run.assertions if one.memory is memory), reverse=True
    )
    memory.strength = len(held)
    memory.latest_evidence = [pk for _, pk in held[:LATEST_EVIDENCE]]
    return _Draft(memory=memory, fresh=fresh, before=before)


def _let_go(moved: list[Assertion]) -> None:
    """Take evidence from the memories it rested on, where another run now has it."""
    if moved:
        MemoryEvidence.objects.filter(
            memory__in={one.memory.pk for one in moved if one.memory},
            interaction__in=[one.interaction_id for one in moved],
        ).delete()


def _build(creator: Creator, candidate: Candidate, now: datetime) -> Memory:
    return Memory(
        creator=creator,
        type=candidate.type,
        subject=candidate.subject,
        predicate=candidate.predicate,
        value=candidate.value,
        text=candidate.text,
        keywords=candidate.keywords,
        is_slot=candidate.is_slot,
        confidence=candidate.confidence,
        recorded_at=now,
    )


def _copy_words(source: Memory | None, now: datetime) -> Memory:
    if source is None:
        raise RuntimeError("a run has neither a candidate nor a memory")
    names = ("creator_id", "type", "subject", "predicate", "value", "text", "keywords", "is_slot", "confidence")
    return Memory(**{name: getattr(source, name) for name in names}, recorded_at=now)


def _save(drafts: list[_Draft]) -> Merged:
    """Write new memories, changed ones and evidence; what did not change is not touched."""
    new = [one.memory for one in drafts if one.before is None]
    for memory, key in zip(new, allocate_ids(model=Memory, count=len(new)), strict=True):
        memory.pk = key
    for one in drafts:
        one.memory.superseded_by = one.memory.superseded_by  # a new successor's key is known only now
    _count_evidence(drafts)
    changed = [one for one in drafts if one.before is not None and _get_changeable(one.memory) != one.before]
    _free_hashes([one.memory.pk for one in changed if one.before and one.memory.content_hash != one.before[0]])
    Memory.objects.bulk_create(new, batch_size=500)
    _update([one.memory for one in changed])
    copy_rows(
        model=MemoryEvidence,
        columns=("memory_id", "interaction_id", "occurred_at"),
        rows=((one.memory.pk, pk, at) for one in drafts for pk, at in one.fresh.items()),
    )
    return Merged(memories=[one.memory for one in drafts], formed=new, strengthened=[one.memory for one in changed])


def _free_hashes(keys: list[int]) -> None:
    """Take hashes that will change out of the way: a run may take over the hash another one had."""
    if keys:
        Memory.objects.filter(pk__in=keys).update(content_hash=Concat(Value("moving-"), Cast("pk", CharField())))


def _update(changed: list[Memory]) -> None:
    """Write what may change in one statement; ``bulk_update`` spends longer on building its own."""
    if not changed:
        return
    names = ("id", *CHANGEABLE)
    rows = [{name: getattr(one, name) for name in names} for one in changed]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, [orjson.dumps(rows).decode()])


def _get_changeable(memory: Memory) -> tuple[object, ...]:
    return tuple(getattr(memory, name) for name in CHANGEABLE)


def _count_evidence(drafts: Iterable[_Draft]) -> None:
    """Add what is news to strength and to the latest twenty, by event time."""
    gained = [one for one in drafts if one.fresh]
    held = {pk for one in gained for pk in one.memory.latest_evidence}
    instants = dict(Interaction.objects.filter(pk__in=held).values_list("pk", "occurred_at")) if held else {}
    for one in gained:
        one.memory.strength += len(one.fresh)
        every = {pk: instants[pk] for pk in one.memory.latest_evidence if pk in instants} | one.fresh
        newest = sorted(every, key=lambda pk: (every[pk], pk), reverse=True)
        one.memory.latest_evidence = newest[:LATEST_EVIDENCE]
