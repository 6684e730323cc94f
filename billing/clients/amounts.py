"""Amounts of providers that write decimals, turned into minor units and back without a float's error."""

from decimal import Decimal, InvalidOperation

from moneyed import CurrencyDoesNotExist

from billing.clients.payments import ProviderRefused
from billing.money import count_digits


def read_decimal(value: object, *, currency: str) -> int:
    """Return minor units of an amount that JSON gave as an int, a Decimal or a text.

    Raises:
        ProviderRefused: no amount, or one with fractions of a minor unit.
    """
    try:
        scaled = Decimal(str(value)).scaleb(count_digits(currency))
    except (InvalidOperation, ValueError, CurrencyDoesNotExist) as error:
        raise ProviderRefused("The provider sent no amount of a known currency.") from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ProviderRefused("The provider sent an amount with fractions of a minor unit.")
    return int(scaled)


def write_decimal(minor: int, *, currency: str) -> float | int:
    """Return the number to be written as JSON.

    A float of at most 15 significant digits is written by ``json`` with exactly those digits; amounts have 13 at most.
    """
    scaled = Decimal(minor).scaleb(-count_digits(currency))
    return int(scaled) if scaled == scaled.to_integral_value() else float(scaled)
