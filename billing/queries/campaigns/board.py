"""The board: collaborations by state with counts and amounts, the latest of each, and what is overdue."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from billing.campaign_enums import CollaborationState
from billing.models import Collaboration, Deliverable
from billing.money import Money

CARDS = 8
_WAITING = ("planned", "changes_requested")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A state's collaborations: how many there are, what they are worth by currency, and the latest few."""

    state: CollaborationState
    count: int
    overdue: int
    amounts: tuple[Money, ...]
    cards: tuple[Collaboration, ...]


def build_board(*, brand_slug: str, now: datetime) -> list[Column]:
    """Return the columns that hold something, in the order of states; in a fixed number of queries."""
    rows = Collaboration.objects.all()
    if brand_slug:
        rows = rows.filter(campaign__brand__slug=brand_slug)
    totals = list(rows.values("state", "currency").annotate(count=Count("pk"), amount=Sum("fee_minor")))
    late = rows.filter(_is_overdue(now)).values("state").annotate(count=Count("pk"))
    overdue: dict[str, int] = {one["state"]: one["count"] for one in late}
    cards = _list_cards(rows, now)
    columns = []
    for state in CollaborationState:
        mine = [one for one in totals if one["state"] == state]
        if not mine:
            continue
        amounts = [Money(minor=one["amount"], currency=one["currency"]) for one in mine if one["amount"]]
        columns.append(
            Column(
                state=state,
                count=sum(one["count"] for one in mine),
                overdue=overdue.get(state.value, 0),
                amounts=tuple(sorted(amounts, key=lambda one: one.currency)),
                cards=tuple(one for one in cards if one.state == state),
            )
        )
    return columns


def _is_overdue(now: datetime) -> Exists:
    return Exists(Deliverable.objects.filter(collaboration=OuterRef("pk"), state__in=_WAITING, due_at__lte=now))


def _list_cards(rows: "QuerySet[Collaboration]", now: datetime) -> list[Collaboration]:
    place = Window(RowNumber(), partition_by=[F("state")], order_by=[F("state_changed_at").desc(), F("pk").desc()])
    marked = rows.annotate(is_overdue=_is_overdue(now), place=place).filter(place__lte=CARDS)
    return list(marked.select_related("campaign__brand", "creator").order_by("place"))
