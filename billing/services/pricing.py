"""Prices in force, and what tokens cost."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from billing.errors import PriceUnknown
from billing.models import PriceVersion
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


class PriceBook:
    """The prices of some models, read in one statement."""

    def __init__(self, models: Iterable[tuple[str, str]]) -> None:
        wanted = sorted({(str(service), model) for service, model in models})
        columns = list_columns(model=PriceVersion, table="price")
        rows = fetch_rows(_OF_MODELS.format(price=columns), [[one for one, _ in wanted], [one for _, one in wanted]])
        self._prices = [build_instance(model=PriceVersion, row=row) for row in rows]

    def find(self, *, service: str, model: str, prompt: int, at: datetime) -> PriceVersion:
        """Return the price in force for a prompt of this many tokens: the highest tier below it, the latest version.

        Raises:
            PriceUnknown: when there is none.
        """
        for price in self._prices:
            is_meant = (price.service, price.model) == (service, model)
            if is_meant and price.effective_from <= at and price.prompt_above <= max(prompt - 1, 0):
                return price
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
