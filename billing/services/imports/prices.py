"""Prices from a file: all of them or none. What was metered keeps its price."""

from datetime import datetime
from typing import Any

from django.db import transaction

from billing.enums import Service
from billing.models import PriceVersion
from billing.services.imports.reading import Row, read_rows, refuse_problems
from billing.services.pricing import forget_prices
from veri.platform.ops.services.audit import record_audit

FREE = {Service.EXTRACTIVE.value}
TOKEN_FIELDS = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read")
UNIT_SERVICES = {Service.MONGO.value, Service.POSTGRES.value, Service.X.value, Service.MAIL.value}


def import_prices(*, content: bytes, acting_user: Any, reason: str, now: datetime) -> list[PriceVersion]:
    """Add the prices of a CSV or JSON file; return them.

    Columns: service, model, effective_from (UTC, empty is now), prompt_above, and US dollars per million tokens
    (input, output, cache_write_5m, cache_write_1h, cache_read) or per million units (unit).

    Raises:
        ImportRefused: with every problem and its line; nothing was stored.
    """
    with transaction.atomic(durable=True):
        parsed = read_rows(content, lambda row: _parse(row, now))
        _refuse_overlaps(parsed)
        prices = PriceVersion.objects.bulk_create([price for _, price in parsed])
        for price in prices:
            record_audit(
                actor=acting_user,
                action="billing.price.add",
                target=price,
                reason=reason,
                after={name: str(getattr(price, name)) for name in ("service", "model", *TOKEN_FIELDS, "unit")},
                now=now,
            )
    forget_prices()
    return prices


def find_price_problem(price: PriceVersion) -> str:
    """Return why a price cannot be: a service that costs money has none for nothing."""
    if price.service in FREE:
        return ""
    if price.service in UNIT_SERVICES:
        return "" if price.unit else "a price of nothing for a unit of what is paid"
    if not price.input:
        return "a price of nothing for the input of what is paid"
    if price.service != Service.VOYAGE and not price.output:
        return "a price of nothing for the output of what is paid"
    return ""


def _parse(row: Row, now: datetime) -> PriceVersion:
    price = PriceVersion(
        service=row.service(),
        model=row.text("model"),
        effective_from=row.instant("effective_from", default=now),
        prompt_above=row.whole("prompt_above", default=0),
        unit=row.dollars("unit", default="0"),
        **{name: row.dollars(name, default="0") for name in TOKEN_FIELDS},
    )
    if price.effective_from < now:
        row.refuse("effective_from is in the past: what was metered stays as it was")
    if not row.problems and (problem := find_price_problem(price)):
        row.refuse(problem)
    return price


def _refuse_overlaps(parsed: list[tuple[Row, PriceVersion]]) -> None:
    """Refuse two prices of one model and tier from one instant on, in the file or beside what is stored."""
    seen = set(PriceVersion.objects.values_list("service", "model", "prompt_above", "effective_from"))
    for row, price in parsed:
        key = (price.service, price.model, price.prompt_above, price.effective_from)
        if key in seen:
            row.refuse("another price of this model and tier begins at the same instant")
        seen.add(key)
        if price.prompt_above and not _has_base(price, seen):
            row.refuse("a tier for long prompts without a price for short ones")
    refuse_problems([row for row, _ in parsed])


def _has_base(price: PriceVersion, seen: set[tuple[str, str, int, datetime]]) -> bool:
    return any(
        (service, model, above) == (price.service, price.model, 0) and begins <= price.effective_from
        for service, model, above, begins in seen
    )
