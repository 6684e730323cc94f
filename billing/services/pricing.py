"""Prices in force, and what tokens cost."""

from dataclasses import dataclass
from datetime import datetime

from billing.errors import PriceUnknown
from billing.models import PriceVersion
from veri.platform.connections.instances import build_instance, list_columns
from veri.platform.connections.reading import fetch_rows

TOKENS_PER_PRICE = 1_000_000

_IN_FORCE = """
SELECT {price} FROM billing_priceversion price
WHERE service = %s AND model = %s AND effective_from <= %s AND prompt_above <= greatest(%s - 1, 0)
ORDER BY prompt_above DESC, effective_from DESC LIMIT 1"""


@dataclass(frozen=True, kw_only=True)
class TokenCounts:
    """Five disjoint counters; ``input`` excludes every cached token."""

    input: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    cache_read: int = 0
    output: int = 0

    @property
    def prompt(self) -> int:
        return self.input + self.cache_write_5m + self.cache_write_1h + self.cache_read


def price_tokens(*, service: str, model: str, counts: TokenCounts, at: datetime) -> int:
    """Return the cost in micro-dollars, rounded up.

    Raises:
        PriceUnknown: when no price is in force for the model.
    """
    price = get_price(service=service, model=model, prompt=counts.prompt, at=at)
    total = (
        counts.input * price.input
        + counts.cache_write_5m * price.cache_write_5m
        + counts.cache_write_1h * price.cache_write_1h
        + counts.cache_read * price.cache_read
        + counts.output * price.output
    )
    return -(-total // TOKENS_PER_PRICE)


def get_price(*, service: str, model: str, prompt: int, at: datetime) -> PriceVersion:
    """Return the price in force for a prompt of this many tokens: the highest tier below it, the latest version.

    Raises:
        PriceUnknown: when there is none.
    """
    columns = list_columns(model=PriceVersion, table="price")
    found = fetch_rows(_IN_FORCE.format(price=columns), [service, model, at, prompt])
    if not found:
        raise PriceUnknown(f"There is no price for {service} model {model}; add one before it is used.")
    return build_instance(model=PriceVersion, row=found[0])
