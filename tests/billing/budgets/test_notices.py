from datetime import timedelta

import pytest
from django.db import transaction

from billing.errors import BudgetExceeded
from billing.models import BudgetNotice, SpendingSpike
from billing.services.budgets.notices import notice_budgets
from billing.services.budgets.spikes import notice_spikes, score_minute
from billing.services.metering import charge_usage, reserve_usage
from tests.billing.conftest import NOW, ask, make_price
from veri.platform.ops.models import Notification


@pytest.fixture(autouse=True)
def _staff(settings, price):
    settings.ALERT_EMAILS = ["staff@veri.example"]


def spend(action, amount, at=NOW):
    with transaction.atomic():
        charge_usage(request=ask(action, tokens=amount), now=at)


def list_told():
    return list(BudgetNotice.objects.order_by("id").values_list("scope", "percent"))


def test_each_threshold_is_told_once_in_its_period(budget):
    budget(1000)
    spend("a", 499)
    assert notice_budgets(now=NOW) == []
    spend("b", 1)
    notice_budgets(now=NOW)
    spend("c", 350)
    for _ in range(2):
        notice_budgets(now=NOW)
    spend("d", 150)
    notice_budgets(now=NOW)
    assert list_told() == [("budget:claude", 50), ("budget:claude", 80), ("budget:claude", 100)]
    assert [one.subject for one in Notification.objects.order_by("id")] == [
        "50 % of budget:claude is used",
        "80 % of budget:claude is used",
        "100 % of budget:claude is used",
    ]


def test_new_period_tells_again(budget):
    budget(100)
    december = NOW + timedelta(days=30)
    spend("a", 60)
    notice_budgets(now=NOW)
    spend("b", 60, at=december)
    notice_budgets(now=december)
    assert BudgetNotice.objects.filter(percent=50).count() == 2


def test_budget_that_refuses_is_told_though_a_rest_is_left(budget):
    budget(150)
    spend("a", 100)
    for _ in range(3):
        with pytest.raises(BudgetExceeded):
            reserve_usage(request=ask("b"), now=NOW)
    assert list_told() == [("budget:claude", 100)]
    assert Notification.objects.count() == 1


def fill_hour(cost):
    for number in range(2, 60):
        spend(f"m{number}", cost + number % 5, at=NOW - timedelta(minutes=number))


def fill_last_minute(cost, events=10):
    for number in range(events):
        spend(f"last-{number}", cost, at=NOW - timedelta(seconds=30 + number))


def test_minute_that_costs_far_more_is_told_once_in_its_cool_down(price):
    make_dear = make_price("dear")
    assert make_dear
    fill_hour(1000)
    fill_last_minute(40_000)
    (spike,) = notice_spikes(now=NOW)
    assert (spike.service, spike.cost_micro_usd, spike.minute) == ("claude", 400_000, NOW - timedelta(minutes=1))
    assert spike.score == pytest.approx(0.6745 * (400_000 - spike.median_micro_usd) / 10_000, abs=0.1)
    assert notice_spikes(now=NOW) == []
    assert (SpendingSpike.objects.count(), Notification.objects.count()) == (1, 1)


def test_few_events_and_small_sums_are_no_spike():
    fill_hour(1000)
    fill_last_minute(5_000, events=10)  # 50,000 where 1,000 are usual: a few cents
    assert notice_spikes(now=NOW) == []


def test_single_dear_call_is_no_spike():
    fill_last_minute(900_000, events=9)
    assert notice_spikes(now=NOW) == []


def test_score_is_robust_against_one_earlier_spike():
    usual = [10_000, 50_000, 90_000] * 20
    assert score_minute(cost=2_000_000, earlier=[*usual, 5_000_000]) > 6
    assert score_minute(cost=120_000, earlier=usual) < 6
