"""Find what rules cannot judge, keep both sides, and carry out what people decided."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from django.db.models import QuerySet

from creators.models import Creator, Interaction
from memory.enums import ConflictKind, ConflictOutcome, ConflictState, MemoryState
from memory.extraction.wording import Wording, excludes_others, may_contradict, read_wording
from memory.models import Memory, MemoryConflict
from memory.services.hashing import hash_content
from memory.services.timeline import Assertion, Run, SlotKey
from veri.platform.text import normalise

ONE_TIME = timedelta(days=45)  # fees and deadlines further apart are of another campaign
MOST_COMPARED = 200  # memories of one subject and predicate, the latest


@dataclass(frozen=True, kw_only=True)
class Tie:
    """A slot's values at one instant, stated by these interactions."""

    key: SlotKey
    at: datetime
    values: tuple[tuple[int, str], ...]


def find_ties(*, key: SlotKey, runs: Iterable[Run]) -> list[Tie]:
    """Return the instants at which a time line holds several values, where one of them is news."""
    by_instant: dict[datetime, list[Assertion]] = defaultdict(list)
    for run in runs:
        for one in run.assertions:
            by_instant[one.occurred_at].append(one)
    return [
        Tie(key=key, at=at, values=tuple((one.interaction_id, one.value) for one in stated))
        for at, stated in by_instant.items()
        if len({normalise(one.value) for one in stated}) > 1 and any(one.candidate for one in stated)
    ]


def note_ties(*, creator: Creator, ties: Iterable[Tie], now: datetime) -> int:
    """Keep what different people or platforms said at one instant for review; return how many are new."""
    ties = list(ties)
    ids = {pk for tie in ties for pk, _ in tie.values}
    sources = {
        pk: (platform, normalise(author))
        for pk, platform, author in Interaction.objects.filter(pk__in=ids).values_list("pk", "platform", "author")
    }
    found = [conflict for tie in ties for conflict in _build_ties(creator, tie, sources, now)]
    return _store(found)


def review_statements(*, creator: Creator, memories: Iterable[Memory], now: datetime) -> int:
    """Compare memories that are no slots with others of their subject and predicate; return how many are in doubt.

    Decisions made before are carried out again: a memory formed anew obeys them. Open doubts that no longer stand are
    dropped. Needs the formation lock.
    """
    keys = {(one.subject, one.predicate) for one in memories if not one.is_slot and may_contradict(one.predicate)}
    found = [conflict for key in sorted(keys) for conflict in _review_group(creator, key, now)]
    return _store(found)


def settle_statements(*, conflict: MemoryConflict) -> None:
    """Let the value that was not kept hold no longer; it stays, with its evidence, as never having held."""
    if conflict.outcome not in {ConflictOutcome.FIRST, ConflictOutcome.SECOND}:
        return
    sides = {
        normalise(one.value): one for one in _list_memories(conflict.creator, (conflict.subject, conflict.predicate))
    }
    values = conflict.first_value, conflict.second_value
    kept, other = values if conflict.outcome == ConflictOutcome.FIRST else reversed(values)
    winner, loser = sides.get(normalise(kept)), sides.get(normalise(other))
    if loser and loser.state != MemoryState.SUPERSEDED:
        Memory.objects.filter(pk=loser.pk).update(
            state=MemoryState.SUPERSEDED, valid_to=loser.valid_from, superseded_by=winner
        )


def _review_group(creator: Creator, key: SlotKey, now: datetime) -> Iterator[MemoryConflict]:
    decided = MemoryConflict.objects.filter(creator=creator, subject=key[0], predicate=key[1])
    for conflict in decided.filter(kind=ConflictKind.STATEMENTS, state=ConflictState.RESOLVED):
        settle_statements(conflict=conflict)
    holding = _list_memories(creator, key).exclude(state=MemoryState.SUPERSEDED)
    memories = list(holding[:MOST_COMPARED])
    read = {one.pk: read_wording(one.value) for one in memories}
    found = [
        _build(creator, key, (first.value, second.value), now=now)
        for first, second in combinations(memories, 2)
        if _excludes(first, second, read)
    ]
    gone = decided.filter(kind=ConflictKind.STATEMENTS, state=ConflictState.OPEN)
    gone.exclude(key__in=[one.key for one in found]).delete()
    yield from found


def _excludes(first: Memory, second: Memory, read: dict[int, Wording]) -> bool:
    one, other = read[first.pk], read[second.pk]
    if excludes_others(first.predicate):
        return one.plain != other.plain and abs(first.valid_from - second.valid_from) <= ONE_TIME
    return one.contradicts(other)


def _list_memories(creator: Creator, key: SlotKey) -> QuerySet[Memory]:
    mine = Memory.objects.filter(creator=creator, subject=key[0], predicate=key[1], is_slot=False)
    return mine.order_by("-valid_from", "-pk")


def _build_ties(
    creator: Creator, tie: Tie, sources: dict[int, tuple[str, str]], now: datetime
) -> Iterator[MemoryConflict]:
    for (first_id, first), (second_id, second) in combinations(tie.values, 2):
        if normalise(first) != normalise(second) and sources.get(first_id) != sources.get(second_id):
            yield _build(creator, tie.key, (first, second), at=tie.at, now=now)


def _build(
    creator: Creator, key: SlotKey, values: tuple[str, str], *, at: datetime | None = None, now: datetime
) -> MemoryConflict:
    first, second = sorted(values, key=normalise)
    kind = ConflictKind.SLOT if at else ConflictKind.STATEMENTS
    named = (kind.value, *key, first, second, at.isoformat() if at else "")
    return MemoryConflict(
        creator=creator,
        kind=kind,
        key=hash_content(*named),
        subject=key[0],
        predicate=key[1],
        first_value=first,
        second_value=second,
        at=at,
        recorded_at=now,
    )


def _store(found: list[MemoryConflict]) -> int:
    """Insert what is not known yet."""
    if not found:
        return 0
    known = MemoryConflict.objects.filter(creator=found[0].creator, key__in=[one.key for one in found])
    keys = set(known.values_list("key", flat=True))
    new = {one.key: one for one in found if one.key not in keys}
    MemoryConflict.objects.bulk_create(new.values())
    return len(new)
