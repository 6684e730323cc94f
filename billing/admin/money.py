"""Micro-dollars as people read them."""

from billing.money import Money
from creators.enums import Currency

MICRO = 1_000_000


def format_usd(micro_usd: int) -> str:
    """Return dollars with cents, or with more digits where cents would show nothing."""
    if 0 < abs(micro_usd) < MICRO // 100:
        return f"${micro_usd / MICRO:.6f}".rstrip("0")
    return f"${micro_usd / MICRO:,.2f}"


def format_money(minor: int, currency: str) -> str:
    """Return an amount of minor units with its currency; of one that is none yet, the number."""
    return str(Money(minor=minor, currency=currency)) if currency in Currency.values else f"{minor:,} {currency}"
