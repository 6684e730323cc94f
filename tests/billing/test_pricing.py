from datetime import UTC, datetime, timedelta

import pytest

from billing.errors import PriceUnknown
from billing.first_prices import FIRST_PRICES, install_first_prices
from billing.models import PriceVersion
from billing.services.periods import get_month
from billing.services.pricing import TokenCounts, get_price, price_tokens
from tests.billing.conftest import MODEL, NOW, make_price


def price_haiku(prompt: int, *, output: int = 0) -> int:
    counts = TokenCounts(input=prompt, output=output)
    return price_tokens(service="claude", model="claude-haiku-5-5", counts=counts, at=NOW)


def test_each_counter_has_its_own_price(price):
    counts = TokenCounts(input=1_000_000, output=10, cache_write_5m=100, cache_write_1h=1000, cache_read=10_000)
    cost = price_tokens(service="claude", model=MODEL, counts=counts, at=NOW)
    assert cost == 1_000_000 + 20 + 300 + 4000 + 50_000


def test_cost_is_rounded_up(price):
    PriceVersion.objects.filter(pk=price.pk).update(input=1)
    cost = price_tokens(service="claude", model=MODEL, counts=TokenCounts(input=1), at=NOW)
    assert cost == 1


def test_nothing_used_costs_nothing(price):
    assert price_tokens(service="claude", model=MODEL, counts=TokenCounts(), at=NOW) == 0


def test_tier_counts_for_the_whole_request(db):
    assert price_haiku(100_000, output=1000) == 10_000 + 500
    assert price_haiku(100_001, output=1000) == 50_001 + 2500


def test_tier_counts_cached_tokens(db):
    counts = TokenCounts(input=1, cache_read=100_000)
    found = get_price(service="claude", model="claude-haiku-5-5", prompt=counts.prompt, at=NOW)
    assert found.prompt_above == 100_000


def test_price_changes_at_its_instant(db):
    change = datetime(2026, 10, 7, tzinfo=UTC)
    counts = TokenCounts(cache_read=1_000_000)
    before = price_tokens(service="claude", model="claude-sonnet-5-5", counts=counts, at=change - timedelta(seconds=1))
    after = price_tokens(service="claude", model="claude-sonnet-5-5", counts=counts, at=change)
    assert (before, after) == (200_000, 100_000)


def test_later_price_is_not_used_early(price):
    make_price(at=NOW + timedelta(days=1), input=100)
    assert price_tokens(service="claude", model=MODEL, counts=TokenCounts(input=10), at=NOW) == 10


@pytest.mark.parametrize(
    ("service", "model", "at"),
    [
        ("claude", "claude-unheard-of", NOW),
        ("voyage", MODEL, NOW),
        ("claude", MODEL, datetime(2025, 12, 31, tzinfo=UTC)),
    ],
)
def test_unknown_price_refuses(price, service, model, at):
    with pytest.raises(PriceUnknown, match=model):
        price_tokens(service=service, model=model, counts=TokenCounts(input=1), at=at)


def test_first_prices_are_installed_once_and_change_nothing(db):
    PriceVersion.objects.filter(model="claude-opus-5-5").update(input=7)
    install_first_prices()
    assert PriceVersion.objects.count() == len(FIRST_PRICES)
    assert PriceVersion.objects.get(model="claude-opus-5-5").input == 7


@pytest.mark.parametrize(
    ("at", "start", "end"),
    [
        ("2026-11-01T00:00:00Z", "2026-11-01", "2026-12-01"),
        ("2026-12-31T23:59:59.999999Z", "2026-12-01", "2027-01-01"),
        ("2027-01-01T01:30:00+02:00", "2026-12-01", "2027-01-01"),
        ("2028-02-29T12:00:00Z", "2028-02-01", "2028-03-01"),
    ],
)
def test_month_is_half_open_in_utc(at, start, end):
    expected = tuple(datetime.fromisoformat(f"{day}T00:00:00Z") for day in (start, end))
    assert get_month(datetime.fromisoformat(at)) == expected
