"""Money amounts, in minor units of their currency."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from memory.enums import SignalKind
from memory.extraction.candidates import SignalFact, Source
from memory.extraction.phrases import AMOUNT

_AMOUNT = re.compile(AMOUNT)
_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "USD": "USD", "EUR": "EUR", "GBP": "GBP"}
_WORDS = {"dollars": "USD", "euros": "EUR", "pounds": "GBP"}
_FIGURE = re.compile(r"(?P<digits>[0-9][0-9,.]*)(?P<k>k?)")
LARGEST = Decimal(10) ** 12


def find_amounts(source: Source) -> Iterator[SignalFact]:
    """Yield each amount: value as ``USD 1800.00``, number in minor units."""
    for found in _AMOUNT.finditer(source.text):
        parsed = parse_amount(found[0])
        if parsed:
            currency, value = parsed
            yield SignalFact(
                kind=SignalKind.AMOUNT,
                value=f"{currency} {value:.2f}",
                number=float(value * 100),
                unit=currency,
                extractor="amounts.1",
            )


def parse_amount(written: str) -> tuple[str, Decimal] | None:
    """Return currency and value of an amount as written, or None when it is none."""
    currency = next((code for sign, code in (_CURRENCIES | _WORDS).items() if sign in written), None)
    found = _FIGURE.search(written)
    if currency is None or found is None:
        return None
    try:
        value = Decimal(re.sub(r"[,.](?=[0-9]{3})", "", found["digits"])) * (1000 if found["k"] else 1)
    except InvalidOperation:
        return None
    return (currency, value) if value < LARGEST else None


def write_amount(written: str) -> str:
    """Return the one writing of an amount: ``$2,000`` for $2k, $2000 and 2000 USD; what is none stays as it is."""
    parsed = parse_amount(written)
    if parsed is None:
        return written
    currency, value = parsed
    sign = next(sign for sign, code in _CURRENCIES.items() if code == currency)
    return f"{sign}{value:,.2f}".removesuffix(".00")


def list_amounts(text: str) -> list[str]:
    """Return the amounts of a text in their one writing."""
    return [write_amount(found[0]) for found in _AMOUNT.finditer(text)]
