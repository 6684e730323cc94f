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
    digits = re.search(r"\d[\d,]*(?:\.\d{1,2})?", written)
    if currency is None or digits is None:
        return None
    try:
        value = Decimal(digits[0].replace(",", "")) * (1000 if written.rstrip().endswith("k") else 1)
    except InvalidOperation:
        return None
    return (currency, value) if value < LARGEST else None
