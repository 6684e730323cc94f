"""Meter what is spent already: no budget can refuse it any more, and every budget counts it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db import transaction

from billing.enums import UsageState
from billing.models import UsageEvent
from billing.services.allowances import list_scopes, lock_allowances
from billing.services.metering.events import Use, meter_uses
from billing.services.periods import get_month
from billing.services.pricing import PriceBook, TokenCounts


@dataclass(frozen=True, kw_only=True)
class Spent:
    """So many units that were used at an instant; ``action`` names them once for all time."""

    source: str
    action: str
    service: str
    model: str
    units: int
    at: datetime
    creator_id: int | None = None


def record_spent(*, spent: Sequence[Spent]) -> list[UsageEvent]:
    """Meter what is not metered yet; return the new events.

    Raises:
        PriceUnknown: something has no price; nothing is metered, and the next call tries again.
    """
    by_month = sorted(spent, key=lambda one: one.at)
    with transaction.atomic(durable=True):
        months = [list(group) for _, group in groupby(by_month, key=lambda one: get_month(one.at))]
        return [event for group in months for event in _record_month(group)]


def _record_month(spent: list[Spent]) -> list[UsageEvent]:
    book = PriceBook((one.service, one.model) for one in spent)
    scopes = [
        list_scopes(
            source=one.source, service=one.service, model=one.model, creator_id=one.creator_id, is_counted=False
        )
        for one in spent
    ]
    wanted = {name: limit for one in scopes for name, limit in one.items()}
    allowances = lock_allowances(wanted=wanted, now=spent[0].at)
    uses = []
    for one, names in zip(spent, scopes, strict=True):
        counts = TokenCounts(units=one.units)
        use = Use(
            source=one.source,
            action=one.action,
            creator_id=one.creator_id,
            service=one.service,
            model=one.model,
            counts=counts,
            cost=book.price(service=one.service, model=one.model, counts=counts, at=one.at),
            state=UsageState.METERED,
            at=one.at,
            allowances=[allowances[name].pk for name in sorted(names)],
        )
        uses.append(use)
    return list(meter_uses(uses=uses).values())
