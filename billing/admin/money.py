"""Amounts as people read them."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.http import HttpRequest

from billing.money import Money
from creators.enums import Currency
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

MICRO = 1_000_000


def format_usd(micro_usd: int) -> str:
    """Return dollars with cents, or with more digits where cents would show nothing."""
    if 0 < abs(micro_usd) < MICRO // 100:
        return f"${micro_usd / MICRO:.6f}".rstrip("0")
    return f"${micro_usd / MICRO:,.2f}"


def format_money(minor: int, currency: str) -> str:
    """Return an amount of minor units with its currency; of one that is none yet, the number."""
    return str(Money(minor=minor, currency=currency)) if currency in Currency.values else f"{minor:,} {currency}"


class AmountsAdmin(ReadOnlyAdmin):
    """A read-only page on which amounts of minor units are written with their currency."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        names: Sequence[Any] = super().get_fields(request, obj)
        if "currency" not in names:
            return names
        return [_write_amount(one) if _is_amount(one) else one for one in names if one != "currency"]


def _is_amount(name: Any) -> bool:
    return isinstance(name, str) and name.endswith("_minor")


@cache
def _write_amount(name: str) -> Callable[[Any], str]:
    """Return what shows one field of a row as an amount."""

    def show(row: Any) -> str:
        minor = getattr(row, name)
        return "-" if minor is None else format_money(minor, row.currency)

    show.__name__ = name.removesuffix("_minor")
    return show
