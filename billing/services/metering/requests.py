"""What is about to be used, and why it may not be."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from billing.enums import AllowanceUnit
from billing.errors import AllowanceExceeded, PriceUnknown, SpendingStopped, TooManyAtOnce
from billing.models import Allowance, Reservation, UsageEvent
from billing.queries.stops import find_stop
from billing.services.allowances import find_refusal, list_scopes
from billing.services.pricing import PriceBook, TokenCounts

Refusal = AllowanceExceeded | PriceUnknown | TooManyAtOnce
Key = tuple[str, str]  # source and action
M = TypeVar("M", Reservation, UsageEvent)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class UsageRequest:
    """What is about to be used: ``upper_bound`` are the most tokens it can take.

    ``is_fallback`` is another try, at another model, of what a first request counts in the quota.
    """

    source: str
    action: str
    creator_id: int | None
    service: str
    model: str
    upper_bound: TokenCounts
    is_fallback: bool = False

    @property
    def key(self) -> Key:
        return self.source, self.action

    @property
    def scopes(self) -> dict[str, tuple[AllowanceUnit, int]]:
        """The allowances it uses, each with its unit and configured limit."""
        return list_scopes(
            source=self.source,
            service=self.service,
            model=self.model,
            creator_id=self.creator_id,
            is_counted=not self.is_fallback,
        )


def price_requests(requests: Sequence[UsageRequest], now: datetime) -> list[int | PriceUnknown]:
    """Return each request's cost in micro-dollars, or why it has none."""
    book = PriceBook((one.service, one.model) for one in requests)
    return [_price(book, one, now) for one in requests]


def list_wanted(requests: Sequence[UsageRequest], amounts: Sequence[object]) -> dict[str, tuple[AllowanceUnit, int]]:
    """Return the allowances of all requests that have a cost."""
    priced = (one for one, amount in zip(requests, amounts, strict=True) if isinstance(amount, int))
    return {scope: limit for one in priced for scope, limit in one.scopes.items()}


def select_mine(allowances: Mapping[str, Allowance], request: UsageRequest) -> list[Allowance]:
    """Return the allowances one request uses, in the order in which they are locked."""
    return [allowances[scope] for scope in sorted(request.scopes)]


def refuse_to_spend(
    request: UsageRequest, mine: Sequence[Allowance], amount: int, now: datetime
) -> AllowanceExceeded | None:
    """Return why an amount may not be spent: staff stopped it, or it does not fit."""
    if amount and (stopped := find_stop(service=request.service)):
        return SpendingStopped(scope=stopped, now=now)
    return find_refusal(allowances=mine, amount=amount)


def find_by_action(model: type[M], keys: Collection[Key]) -> dict[Key, M]:
    """Return rows by source and action, read with the unique index of both."""
    if not keys:
        return {}
    found: QuerySet[M] = model.objects.filter(
        source__in={source for source, _ in keys}, action__in={action for _, action in keys}
    )
    return {(one.source, one.action): one for one in found if (one.source, one.action) in keys}


def take_only(results: Sequence[T | Exception]) -> T:
    """Return the result of a batch of one, or raise it."""
    (result,) = results
    if isinstance(result, Exception):
        raise result
    return result


def _price(book: PriceBook, request: UsageRequest, now: datetime) -> int | PriceUnknown:
    try:
        return book.price(service=request.service, model=request.model, counts=request.upper_bound, at=now)
    except PriceUnknown as unknown:
        return unknown
