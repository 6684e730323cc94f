"""Whatever happens in whatever order: no budget is exceeded but by what a call took more, and all books agree."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from billing.errors import BillingError
from billing.models import Allowance, Reservation, UsageEvent
from billing.queries.reconciling import compare_books
from billing.services.metering import (
    HOLD,
    charge_usage,
    expire_reservations,
    release_usage,
    reserve_usage,
    settle_usage,
)
from billing.services.pricing import TokenCounts
from billing.services.spending import Spent, record_spent
from tests.billing.conftest import ask, make_price

MONTHS_END = datetime(2026, 11, 30, 23, 55, tzinfo=UTC)
LIMIT = 1000
ACTIONS = st.sampled_from(["a", "b", "c", "d"])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "reserve", "settle", "release", "charge", "spend", "expire"]),
        ACTIONS,
        st.integers(0, 400),
        st.integers(0, 15),
    ),
    max_size=20,
)


@pytest.fixture
def limited(settings):
    settings.MONTHLY_BUDGETS = {"claude": LIMIT / 1_000_000, "x": 1}
    settings.COSTS = replace(settings.COSTS, extra_budgets={"platform": 900 / 1_000_000, "creator": 600 / 1_000_000})


def take(step, action, amount, now, creator):
    """Take a step; return by how much a call took more than it had reserved."""
    try:
        if step == "reserve":
            reserve_usage(request=ask(action, tokens=amount, creator=creator), now=now)
        elif step == "settle":
            held = Reservation.objects.filter(action=action, state="held").first()
            settle_usage(source="assistant", action=action, counts=TokenCounts(input=amount))
            return max(0, amount - held.amount_micro_usd) if held else 0
        elif step == "release":
            release_usage(source="assistant", action=action)
        elif step == "charge":
            with transaction.atomic():
                charge_usage(request=ask(f"charge-{action}", tokens=amount, creator=creator), now=now)
        elif step == "spend":
            spent = Spent(source="sync", action=action, service="x", model="api", units=amount, at=now)
            return sum(event.cost_micro_usd for event in record_spent(spent=[spent]))
        else:
            expire_reservations(now=now + HOLD)
    except BillingError:
        pass
    return 0


@hypothesis_settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_every_micro_dollar_is_explained_in_both_months(limited, price, creator, steps):
    start = transaction.savepoint()
    excess = 0
    for step, action, amount, minutes in steps:
        excess += take(step, action, amount, MONTHS_END + timedelta(minutes=minutes), creator)
        for one in Allowance.objects.filter(unit="micro_usd"):
            assert one.spent + one.reserved <= one.limit + excess
    months = [MONTHS_END, MONTHS_END + timedelta(days=1)]
    assert [one for at in months for one in compare_books(at=at) if not one.is_even] == []
    platform = Allowance.objects.filter(scope="budget:platform")
    assert sum(one.spent for one in platform) == sum(UsageEvent.objects.values_list("cost_micro_usd", flat=True))
    transaction.savepoint_rollback(start)


@pytest.mark.django_db
def test_month_ends_by_utc_wherever_the_clock_stands():
    make_price()
    auckland = timezone(timedelta(hours=13))
    reserve_usage(request=ask("november"), now=datetime(2026, 12, 1, 12, 59, tzinfo=auckland))
    reserve_usage(request=ask("december"), now=datetime(2026, 12, 1, 13, 0, tzinfo=auckland))
    settle_usage(source="assistant", action="november", counts=TokenCounts(input=7))
    months = Allowance.objects.order_by("period_start").values_list("period_start__month", "spent", "reserved")
    assert list(months) == [(11, 7, 0), (12, 0, 100)]
