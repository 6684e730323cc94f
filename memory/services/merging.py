"""Merge candidates with what is known: repeats strengthen, slots are superseded by event time."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

import orjson
from django.db import connection
from django.db.models import CharField, Min, Value
from django.db.models.functions import Cast, Concat

from creators.models import Creator, Interaction
from memory.enums import MemoryState
from memory.extraction import Candidate
from memory.extraction.standing import get_stability_days, rate_importance
from memory.extraction.wording import is_worded
from memory.models import Memory, MemoryEvidence
from memory.queries.conflicts import read_preferences
from memory.services.contradictions import Tie, find_ties
from memory.services.hashing import hash_content
from memory.services.suppression import drop_suppressed
from memory.services.timeline import NO_PREFERENCES, Pairs, Plan, Preferences, Run, SlotKey, Words, plan_slot
from memory.services.wording import GroupKey, plan_group
from veri.platform.connections.copying import allocate_ids, copy_rows

LATEST_EVIDENCE = 20
_WORDED = ("value", "text", "importance")
CHANGEABLE = (
    *("content_hash", "strength", "latest_evidence", "state", "valid_from", "valid_to", "superseded_by_id"),
    *_WORDED,
)
_UPDATE = """
UPDATE memory_memory AS stored
SET content_hash = changed.content_hash, strength = changed.strength, latest_evidence = changed.latest_evidence,
    state = changed.state, valid_from = changed.valid_from, valid_to = changed.valid_to,
    superseded_by_id = changed.superseded_by_id, value = changed.value, text = changed.text,
    importance = changed.importance
FROM jsonb_to_recordset(%s::jsonb) AS changed (
    id bigint, content_hash text, strength integer, latest_evidence bigint[], state text,
    valid_from timestamptz, valid_to timestamptz, superseded_by_id bigint, value text, text text,
    importance double precision)
WHERE stored.id = changed.id"""


@dataclass
class Merged:
    """The memories the candidates speak of: those that are new, and the known ones that changed.

    ``reworded`` are among the changed: what is indexed of them is out of date. ``ties`` are values of one instant.
    """

    memories: list[Memory] = field(default_factory=list)
    formed: list[Memory] = field(default_factory=list)
    strengthened: list[Memory] = field(default_factory=list)
    reworded: list[Memory] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)


@dataclass
class _Draft:
    """A memory with the interactions it will rest on: those it has, and what is news to it."""

    memory: Memory
    fresh: dict[int, tuple[datetime, Words]] = field(default_factory=dict)
    before: tuple[object, ...] | None = None

    @property
    def is_reworded(self) -> bool:
        return self.before is not None and self.before[CHANGEABLE.index("text")] != self.memory.text


def merge_candidates(*, creator: Creator, candidates: Pairs, now: datetime) -> Merged:
    """Store candidates of one creator inside the caller's transaction and formation lock."""
    candidates = drop_suppressed(creator_id=creator.pk, candidates=candidates)
    facts = [pair for pair in candidates if not pair[1].is_slot]
    drafts = _draft_facts(creator, [pair for pair in facts if not is_worded(pair[1].predicate)], now)
    for group, pairs in _group_by_wording(facts).items():
        drafts += _draft_plan(creator, group[1:], plan_group(creator=creator, key=group, pairs=pairs), now)
    slots = _group_by_slot(candidates)
    preferences = read_preferences(creator_id=creator.pk, keys=slots)
    ties: list[Tie] = []
    for key, pairs in slots.items():
        plan = plan_slot(creator=creator, key=key, pairs=pairs, preferences=preferences.get(key, NO_PREFERENCES))
        ties += find_ties(key=key, runs=plan.runs)
        drafts += _draft_slot(creator, key, plan, now)
    merged = _save(drafts)
    merged.ties = ties
    return merged


def realign_slot(*, creator: Creator, key: SlotKey, now: datetime) -> Merged:
    """Arrange a slot anew from the evidence that is left, inside the caller's transaction and formation lock."""
    preferences: Preferences = read_preferences(creator_id=creator.pk, keys=[key]).get(key, NO_PREFERENCES)
    plan = plan_slot(creator=creator, key=key, pairs=[], preferences=preferences)
    return _save(_draft_slot(creator, key, plan, now))


def realign_group(*, creator: Creator, key: GroupKey, now: datetime) -> Merged:
    """Arrange statements in free wording anew from the evidence that is left; see ``realign_slot``."""
    return _save(_draft_plan(creator, key[1:], plan_group(creator=creator, key=key, pairs=[]), now))


def reword(memory: Memory, words: Words) -> None:
    """Give a stored memory other words; evidence that had none of its own keeps those the memory had until now."""
    if words == (memory.value, memory.text):
        return
    MemoryEvidence.objects.filter(memory=memory, text="").update(value=memory.value, text=memory.text)
    _take_words(memory, words)


def _take_words(memory: Memory, words: Words) -> None:
    memory.value, memory.text = words
    memory.importance = rate_importance(type=memory.type, predicate=memory.predicate, value=memory.value)


def _draft_facts(creator: Creator, pairs: Pairs, now: datetime) -> list[_Draft]:
    """Return one draft per statement; the same statement again is more evidence for it."""
    by_hash: dict[str, Pairs] = defaultdict(list)
    for interaction, candidate in sorted(pairs, key=_get_order):
        by_hash[hash_content(candidate.subject, candidate.predicate, candidate.value)].append((interaction, candidate))
    known = {one.content_hash: one for one in Memory.objects.filter(creator=creator, content_hash__in=by_hash)}
    rested = _read_evidence([one.pk for one in known.values()], {one.pk for one, _ in pairs})
    drafts = []
    for digest, stated in by_hash.items():
        memory = known.get(digest)
        draft = _draft_known(memory, stated, rested) if memory else _draft_new(creator, stated, now)
        draft.memory.content_hash = digest
        drafts.append(draft)
    return drafts


def _draft_new(creator: Creator, stated: Pairs, now: datetime) -> _Draft:
    opener, candidate = stated[0]
    memory = _build(creator, candidate, now)
    memory.valid_from = opener.occurred_at
    return _Draft(memory=memory, fresh=_list_fresh(memory, stated, set()))


def _draft_known(memory: Memory, stated: Pairs, rested: set[tuple[int, int]]) -> _Draft:
    before = _get_changeable(memory)
    fresh = _list_fresh(memory, stated, rested)
    if fresh:
        (opener, candidate) = next(pair for pair in stated if pair[0].pk in fresh)
        words = Words(candidate.value, candidate.text)
        if words != (memory.value, memory.text) and _comes_first(opener, memory):
            reword(memory, words)
        memory.valid_from = min(memory.valid_from, opener.occurred_at)
        _wake(memory)
    return _Draft(memory=memory, fresh=fresh, before=before)


def _list_fresh(memory: Memory, stated: Pairs, rested: set[tuple[int, int]]) -> dict[int, tuple[datetime, Words]]:
    fresh: dict[int, tuple[datetime, Words]] = {}
    for one, candidate in stated:
        if (memory.pk, one.pk) not in rested:
            fresh.setdefault(one.pk, (one.occurred_at, Words(candidate.value, candidate.text)))
    return fresh


def _comes_first(interaction: Interaction, memory: Memory) -> bool:
    """Return whether an interaction is earlier than all that a memory rests on; of one instant the smaller id is."""
    if interaction.occurred_at != memory.valid_from:
        return interaction.occurred_at < memory.valid_from
    opening = MemoryEvidence.objects.filter(memory=memory, occurred_at=memory.valid_from)
    first = opening.aggregate(first=Min("interaction_id"))["first"]
    return first is None or interaction.pk < first


def _wake(memory: Memory) -> None:
    """Let what is said again be active again."""
    if memory.state in {MemoryState.DORMANT, MemoryState.ARCHIVED}:
        memory.state = MemoryState.ACTIVE


def _get_order(pair: tuple[Interaction, Candidate]) -> tuple[datetime, int, str, str]:
    interaction, candidate = pair
    return interaction.occurred_at, interaction.pk, candidate.value, candidate.text


def _read_evidence(memory_ids: list[int], interaction_ids: set[int]) -> set[tuple[int, int]]:
    found = MemoryEvidence.objects.filter(memory__in=memory_ids, interaction__in=interaction_ids)
    return set(found.values_list("memory_id", "interaction_id"))


def _group_by_slot(candidates: Pairs) -> dict[SlotKey, Pairs]:
    grouped: dict[SlotKey, Pairs] = defaultdict(list)
    for interaction, candidate in candidates:
        if candidate.is_slot:
            grouped[candidate.subject, candidate.predicate].append((interaction, candidate))
    return grouped


def _group_by_wording(facts: Pairs) -> dict[GroupKey, Pairs]:
    grouped: dict[GroupKey, Pairs] = defaultdict(list)
    for interaction, candidate in facts:
        if is_worded(candidate.predicate):
            key = (candidate.type.value, candidate.subject, candidate.predicate)
            grouped[key].append((interaction, candidate))
    return grouped


def _draft_slot(creator: Creator, key: SlotKey, plan: Plan, now: datetime) -> list[_Draft]:
    """Bring a slot's memories in line with its time line; a split run takes its evidence along."""
    drafts = _draft_plan(creator, key, plan, now)
    for earlier, later in pairwise([*drafts, None]):
        if earlier is None:
            continue
        if later:
            earlier.memory.state = MemoryState.SUPERSEDED
        elif earlier.memory.state == MemoryState.SUPERSEDED or earlier.fresh:
            earlier.memory.state = MemoryState.ACTIVE
        earlier.memory.valid_to = later.memory.valid_from if later else None
        earlier.memory.superseded_by = later.memory if later else None
    return drafts


def _draft_plan(creator: Creator, key: SlotKey, plan: Plan, now: datetime) -> list[_Draft]:
    drafts = [_draft_run(creator, key, run, now) for run in plan.runs]
    if plan.emptied:
        Memory.objects.filter(pk__in=[one.pk for one in plan.emptied]).delete()
    return drafts


def _draft_run(creator: Creator, key: SlotKey, run: Run, now: datetime) -> _Draft:
    memory, before = run.memory, _get_changeable(run.memory) if run.memory else None
    if memory is None:
        memory = _build(creator, run.candidate, now) if run.candidate else _copy_words(run.source, now)
        _take_words(memory, run.words)
    else:
        reword(memory, run.words)
    memory.valid_from = run.valid_from
    memory.content_hash = _hash_run(key, run, is_slot=memory.is_slot)
    _let_go(run, memory)
    fresh = {one.interaction_id: (one.occurred_at, one.words) for one in run.assertions if one.memory is not memory}
    held = sorted(
        ((one.occurred_at, one.interaction_id) for one in run.assertions if one.memory is memory), reverse=True
    )
    memory.strength = len(held)
    memory.latest_evidence = [pk for _, pk in held[:LATEST_EVIDENCE]]
    if fresh and not memory.is_slot:
        _wake(memory)
    return _Draft(memory=memory, fresh=fresh, before=before)


def _hash_run(key: SlotKey, run: Run, *, is_slot: bool) -> str:
    opener = run.assertions[0]
    if not is_slot:
        return hash_content(*key, opener.value)
    # Its id too: one instant may see A, B and A again.
    return hash_content(*key, opener.value, opener.occurred_at.isoformat(), str(opener.interaction_id))


def _let_go(run: Run, memory: Memory) -> None:
    """Take evidence from the memories it rested on, where another run now has it."""
    moved = [one for one in run.assertions if one.memory and one.memory is not memory]
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
        importance=rate_importance(type=candidate.type, predicate=candidate.predicate, value=candidate.value),
        stability_days=get_stability_days(type=candidate.type, is_slot=candidate.is_slot),
    )


def _copy_words(source: Memory | None, now: datetime) -> Memory:
    if source is None:
        raise RuntimeError("a run has neither a candidate nor a memory")
    names = ("creator_id", "type", "subject", "predicate", "keywords", "is_slot", "confidence", "stability_days")
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
        columns=("memory_id", "interaction_id", "occurred_at", "value", "text"),
        rows=(row for one in drafts for row in _list_rows(one)),
    )
    return Merged(
        memories=[one.memory for one in drafts],
        formed=new,
        strengthened=[one.memory for one in changed],
        reworded=[one.memory for one in changed if one.is_reworded],
    )


def _list_rows(draft: _Draft) -> Iterable[tuple[object, ...]]:
    """Yield the rows of new evidence; words that are the memory's are not kept twice."""
    shared = Words(draft.memory.value, draft.memory.text)
    for pk, (at, words) in draft.fresh.items():
        yield (draft.memory.pk, pk, at, *(("", "") if words == shared else words))


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
        every = {pk: instants[pk] for pk in one.memory.latest_evidence if pk in instants}
        every |= {pk: at for pk, (at, _) in one.fresh.items()}
        newest = sorted(every, key=lambda pk: (every[pk], pk), reverse=True)
        one.memory.latest_evidence = newest[:LATEST_EVIDENCE]
