"""Prices in force, and what tokens cost."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from billing.errors import PriceUnknown
from billing.models import PriceVersion
from veri.platform.cache.brief import SECONDS
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows

TOKENS_PER_PRICE = 1_000_000

_OF_MODELS = """
SELECT {price} FROM billing_priceversion price
WHERE (service, model) IN (SELECT * FROM unnest(%s::varchar[], %s::varchar[]))
ORDER BY prompt_above DESC, effective_from DESC"""


@dataclass(frozen=True, kw_only=True)
class TokenCounts:
    """Five disjoint counters of tokens, ``input`` excludes every cached one; ``units`` are what is no token."""

    input: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0
    output: int = 0
    units: int = 0

    def __add__(self, other: "TokenCounts") -> "TokenCounts":
        return TokenCounts(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    @property
    def prompt(self) -> int:
        return self.input + self.cache_write_5m + self.cache_write_1h + self.cache_read


class _Copies:
    """What a process read of prices, by model."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[float, list[PriceVersion]]] = {}

    def read(self, models: Sequence[tuple[str, str]]) -> tuple[list[PriceVersion], bool]:
        """Return the prices, by model, falling tier and falling date, and whether any is from the copy."""
        known, now = self._kept, time.monotonic()
        kept = {one: known[one] for one in models if one in known and now - known[one][0] <= SECONDS}
        missing = [one for one in models if one not in kept]
        is_copy = bool(kept)
        if missing:
            kept |= {one: (now, []) for one in missing}
            columns = list_columns(model=PriceVersion, table="price")
            names = [[service for service, _ in missing], [model for _, model in missing]]
            for row in fetch_rows(_OF_MODELS.format(price=columns), names):
                price = build_instance(model=PriceVersion, row=row)
                kept[price.service, price.model][1].append(price)
            self._kept = self._kept | kept  # another dictionary: threads read the one they have
        return [price for one in models for price in kept[one][1]], is_copy

    def forget(self) -> None:
        self._kept = {}


_COPIES = _Copies()


def forget_prices() -> None:
    """Read prices again the next time."""
    _COPIES.forget()


class PriceBook:
    """The prices of some models, at most a second old: every reservation and settlement needs them."""

    def __init__(self, models: Iterable[tuple[str, str]]) -> None:
        self._models = sorted({(str(service), model) for service, model in models})
        self._prices, self._is_copy = _COPIES.read(self._models)

    def find(self, *, service: str, model: str, prompt: int, at: datetime) -> PriceVersion:
        """Return the price in force for a prompt of this many tokens: the highest tier below it, the latest version.

        Raises:
            PriceUnknown: when there is none.
        """
        for price in self._prices:
            is_meant = (price.service, price.model) == (service, model)
            if is_meant and price.effective_from <= at and price.prompt_above <= max(prompt - 1, 0):
                return price
        if self._is_copy:  # one may have been added just now
            forget_prices()
            self._prices, _ = _COPIES.read(self._models)
            self._is_copy = False
            return self.find(service=service, model=model, prompt=prompt, at=at)
        raise PriceUnknown(f"There is no price for {service} model {model}; add one before it is used.")

    def price(self, *, service: str, model: str, counts: TokenCounts, at: datetime) -> int:
        """Return the cost in micro-dollars, rounded up.

        Raises:
            PriceUnknown: when no price is in force for the model.
        """
        price = self.find(service=service, model=model, prompt=counts.prompt, at=at)
        total = (
            counts.input * price.input
            + counts.cache_write_5m * price.cache_write_5m
            + counts.cache_write_1h * price.cache_write_1h
            + counts.cache_read * price.cache_read
            + counts.output * price.output
            + counts.units * price.unit
        )
        return -(-total // TOKENS_PER_PRICE)


def price_tokens(*, service: str, model: str, counts: TokenCounts, at: datetime) -> int:
    """Return the cost in micro-dollars, rounded up; see ``PriceBook.price``."""
    return PriceBook([(service, model)]).price(service=service, model=model, counts=counts, at=at)


def get_price(*, service: str, model: str, prompt: int, at: datetime) -> PriceVersion:
    """Return the price in force for a prompt of this many tokens; see ``PriceBook.find``."""
    return PriceBook([(service, model)]).find(service=service, model=model, prompt=prompt, at=at)
