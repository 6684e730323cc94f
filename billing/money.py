"""Money: integers of minor units and a currency, never floats."""

from dataclasses import dataclass
from decimal import Decimal

from moneyed import get_currency

from billing.errors import InvalidAmount
from creators.enums import Currency

LARGEST_MINOR = 10**12  # ten thousand million of a currency with cents: what is larger is a mistake


@dataclass(frozen=True, kw_only=True)
class Money:
    """An amount in minor units of an ISO 4217 currency."""

    minor: int
    currency: str

    def __str__(self) -> str:
        digits = count_digits(self.currency)
        return f"{Decimal(self.minor).scaleb(-digits):,.{digits}f} {self.currency}"


def count_digits(currency: str) -> int:
    """Return how many decimal digits a currency's minor unit has: 2 for USD, 0 for CLP (ISO 4217)."""
    return len(str(get_currency(currency).sub_unit)) - 1


def check_amount(*, minor: object, currency: str) -> Money:
    """Return a payable amount.

    Raises:
        InvalidAmount: no whole number of minor units, none or too many of them, or an unknown currency.
    """
    if isinstance(minor, bool) or not isinstance(minor, int):
        raise InvalidAmount("An amount is a whole number of minor units.")
    if not 0 < minor <= LARGEST_MINOR:
        raise InvalidAmount(f"An amount is between 1 and {LARGEST_MINOR} minor units.")
    if currency not in Currency.values:
        raise InvalidAmount(f"Unknown currency {currency[:10]!r}; known: {', '.join(Currency.values)}.")
    return Money(minor=minor, currency=currency)
