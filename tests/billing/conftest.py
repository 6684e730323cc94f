from datetime import datetime

import pytest

from billing.models import PriceVersion
from billing.services.metering import UsageRequest
from billing.services.pricing import TokenCounts, forget_prices
from tests.conftest import NOW

MICRO = 1_000_000
START = datetime.fromisoformat("2026-01-01T00:00:00Z")
MODEL = "test-model"


def make_price(model: str = MODEL, *, at: datetime = START, **prices):
    """Store a price in dollars per million tokens."""
    given = {"input": 1, "output": 2, "cache_write_5m": 3, "cache_write_1h": 4, "cache_read": 5} | prices
    above = int(given.pop("prompt_above", 0))
    service = str(given.pop("service", "claude"))
    forget_prices()
    return PriceVersion.objects.create(
        service=service,
        model=model,
        effective_from=at,
        prompt_above=above,
        **{name: round(price * MICRO) for name, price in given.items()},
    )


def ask(action: str = "a-1", *, creator=None, tokens: int = 100, **changes) -> UsageRequest:
    """Return a request whose upper bound costs as many micro-dollars as tokens, at a dollar per million."""
    values = {
        "source": "assistant",
        "action": action,
        "creator_id": creator.pk if creator else None,
        "service": "claude",
        "model": MODEL,
        "upper_bound": TokenCounts(input=tokens),
    }
    return UsageRequest(**values | changes)


@pytest.fixture
def price(db) -> PriceVersion:
    return make_price()


@pytest.fixture
def budget(settings):
    """Set the month's budget of Claude in micro-dollars."""

    def set_budget(amount: int) -> None:
        settings.MONTHLY_BUDGETS = {"claude": amount / MICRO}

    return set_budget


__all__ = ["MODEL", "NOW", "ask", "make_price"]
