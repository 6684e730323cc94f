"""What people decided about contradictions, as formation needs it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from memory.enums import ConflictKind, ConflictOutcome, ConflictState
from memory.models import MemoryConflict
from veri.platform.text import normalise

KEPT = 1


def read_preferences(
    *, creator_id: int, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], dict[tuple[datetime, str], int]]:
    """Return, by (subject, predicate), the ranks of values people kept where a slot had several at one instant."""
    wanted = set(keys)
    if not wanted:
        return {}
    decided = MemoryConflict.objects.filter(
        creator_id=creator_id,
        kind=ConflictKind.SLOT,
        state=ConflictState.RESOLVED,
        subject__in={subject for subject, _ in wanted},
        predicate__in={predicate for _, predicate in wanted},
    )
    found: dict[tuple[str, str], dict[tuple[datetime, str], int]] = defaultdict(dict)
    for one in decided.exclude(outcome=ConflictOutcome.BOTH):
        kept = one.first_value if one.outcome == ConflictOutcome.FIRST else one.second_value
        if one.at:
            found[one.subject, one.predicate][one.at, normalise(kept)] = KEPT
    return found


def count_open_conflicts() -> int:
    """Return how many contradictions wait for a person."""
    return MemoryConflict.objects.filter(state=ConflictState.OPEN).count()
