"""Questions that were asked and what became of their answers: what learning learns from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from memory.enums import MemoryState, TargetKind
from memory.models import AnswerFeedback, Memory
from memory.stores import Target

MOST_TURNS = 2_000  # of one creator, the latest
KINDS = {one.value[0]: one.value for one in TargetKind}
PAID = "campaign paid"

_LIST_TURNS = """
SELECT turn.id, turn.creator_id, turn.question, turn.citations::text, turn.retrieved::text, turn.is_degraded,
       turn.asked_at, judged.is_useful
FROM memory_conversationturn turn LEFT JOIN LATERAL (
  SELECT is_useful FROM memory_answerfeedback WHERE turn_id = turn.id ORDER BY id DESC LIMIT 1
) judged ON true
WHERE turn.creator_id = %s AND turn.asked_at >= %s ORDER BY turn.id DESC LIMIT %s"""


@dataclass(frozen=True, kw_only=True)
class AnsweredTurn:
    """A question with what was found for it, best first, what its answer cited, and how it was judged, if it was."""

    id: int
    creator_id: int
    question: str
    cited: tuple[Target, ...]
    retrieved: tuple[Target, ...]
    is_degraded: bool
    asked_at: datetime
    is_useful: bool | None


def list_judging_creators(*, since: datetime, most: int) -> list[int]:
    """Return the creators whose answers were judged since, the latest judged first."""
    rows = AnswerFeedback.objects.filter(recorded_at__gte=since).order_by("-pk")
    found = rows.values_list("turn__creator_id", flat=True).iterator(chunk_size=1000)
    creators: dict[int, None] = {}
    for creator_id in found:
        creators.setdefault(creator_id)
        if len(creators) == most:
            break
    return list(creators)


def list_answered_turns(*, creator_id: int, since: datetime) -> list[AnsweredTurn]:
    """Return one creator's turns, the latest first; the latest judgement of each counts."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST_TURNS, [creator_id, since, MOST_TURNS])
        return [_build(row) for row in cursor.fetchall()]


def list_paid_campaigns(*, creator_id: int) -> dict[str, list[datetime]]:
    """Return by brand when campaigns were paid."""
    paid: dict[str, list[datetime]] = {}
    rows = Memory.objects.filter(creator_id=creator_id, predicate=PAID)
    for subject, at in rows.values_list("subject", "valid_from"):
        paid.setdefault(subject, []).append(at)
    return paid


def list_existing(*, creator_id: int, targets: Iterable[Target]) -> set[Target]:
    """Return which targets can still be found: interactions that exist, and memories that hold."""
    from creators.models import Interaction  # only here of all of this module

    wanted = set(targets)
    by_kind = {kind: [one.id for one in wanted if one.kind == kind] for kind in KINDS.values()}
    memories = Memory.objects.filter(creator_id=creator_id, pk__in=by_kind[TargetKind.MEMORY.value])
    said = Interaction.objects.filter(creator_id=creator_id, pk__in=by_kind[TargetKind.INTERACTION.value])
    held = memories.exclude(state=MemoryState.SUPERSEDED).values_list("pk", flat=True)
    return {Target(TargetKind.MEMORY.value, pk) for pk in held} | {
        Target(TargetKind.INTERACTION.value, pk) for pk in said.values_list("pk", flat=True)
    }


def _build(row: tuple[Any, ...]) -> AnsweredTurn:
    pk, creator_id, question, citations, retrieved, is_degraded, asked_at, is_useful = row
    return AnsweredTurn(
        id=pk,
        creator_id=creator_id,
        question=question,
        cited=tuple(Target(one["kind"], int(one["id"])) for one in orjson.loads(citations)),
        retrieved=tuple(Target(KINDS[one[0]], one[1]) for one in orjson.loads(retrieved)),
        is_degraded=is_degraded,
        asked_at=asked_at,
        is_useful=is_useful,
    )
