"""What an answered question tells of each thing that was found for it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from memory.enums import TargetKind
from memory.queries.outcomes import AnsweredTurn, list_paid_campaigns
from memory.services.learning.estimation import Outcome
from memory.stores import MemoryRecord, PostgresMemoryStore, Target

JUDGED = 1.0
CAMPAIGN_PAID = 0.5  # an answer about a brand came before its campaign was paid: a hint, no more
CHOSEN = 0.2  # a model cited it, and nobody said whether the answer was of use
CAMPAIGN_DAYS = timedelta(days=90)


def list_outcomes(*, creator_id: int, turns: Sequence[AnsweredTurn]) -> list[Outcome]:
    """Return the outcomes of one creator's turns.

    Of a useful answer what it cited was of use, and what had stood above a cited thing and was passed over was not: the
    order itself must not look like a preference. Of a useless answer what it cited was not. An answer nobody judged
    counts a little when a model chose its citations, and more when a campaign it was about was paid later; answers
    without a model cite what stands first, which tells nothing.
    """
    ids = {one.id for turn in turns for one in (*turn.cited, *turn.retrieved) if one.kind == TargetKind.MEMORY}
    memories = PostgresMemoryStore().get_memories(creator_id=creator_id, ids=sorted(ids))
    paid = list_paid_campaigns(creator_id=creator_id)
    return [one for turn in turns for one in _judge(turn, memories, paid)]


def _judge(
    turn: AnsweredTurn, memories: Mapping[int, MemoryRecord], paid: Mapping[str, list[datetime]]
) -> Iterator[Outcome]:
    if turn.is_useful is False:
        yield from _build(turn.cited, memories, is_of_use=False, weight=JUDGED)
        return
    weight = JUDGED if turn.is_useful else 0.0
    if not weight and _led_to_payment(turn, memories, paid):
        weight = CAMPAIGN_PAID
    if not weight and not turn.is_degraded:
        weight = CHOSEN
    if weight:
        yield from _build(turn.cited, memories, is_of_use=True, weight=weight)
        yield from _build(_list_passed_over(turn), memories, is_of_use=False, weight=weight)


def _list_passed_over(turn: AnsweredTurn) -> list[Target]:
    """Return what was ranked above the last cited hit, and not cited."""
    places = [place for place, one in enumerate(turn.retrieved) if one in turn.cited]
    return [one for one in turn.retrieved[: max(places, default=0)] if one not in turn.cited]


def _led_to_payment(
    turn: AnsweredTurn, memories: Mapping[int, MemoryRecord], paid: Mapping[str, list[datetime]]
) -> bool:
    brands = {memories[one.id].subject for one in turn.cited if one.kind == TargetKind.MEMORY and one.id in memories}
    return any(turn.asked_at <= at <= turn.asked_at + CAMPAIGN_DAYS for brand in brands for at in paid.get(brand, ()))


def _build(
    targets: Iterable[Target], memories: Mapping[int, MemoryRecord], *, is_of_use: bool, weight: float
) -> Iterator[Outcome]:
    """Yield an outcome for each target; a memory that is gone tells nothing any more."""
    for one in targets:
        if one.kind == TargetKind.INTERACTION:
            yield Outcome("", False, is_of_use, weight)
        elif memory := memories.get(one.id):
            yield Outcome(memory.type, memory.is_slot, is_of_use, weight)
