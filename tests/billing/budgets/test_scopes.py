from dataclasses import replace

import pytest

from billing.errors import BudgetExceeded, SpendingStopped, TooManyAtOnce
from billing.models import Allowance, Reservation
from billing.services.budgets.stops import set_spending_stop
from billing.services.metering import release_usage, reserve_usage, settle_usage
from billing.services.pricing import TokenCounts
from tests.billing.conftest import MODEL, NOW, ask, make_price
from veri.platform.ops.models import AuditEntry

EVERY_SCOPE = {"platform": 1, "feature:assistant": 1, "feature:formation": 1, f"model:{MODEL}": 1, "creator": 1}


@pytest.fixture
def extra(settings):
    def limit(**budgets):
        settings.COSTS = replace(settings.COSTS, extra_budgets={name: usd / 1_000_000 for name, usd in budgets.items()})

    return limit


def test_every_configured_scope_is_held_and_spent_and_no_other(creator, price, extra):
    extra(**dict.fromkeys(EVERY_SCOPE, 1000))
    reserve_usage(request=ask(creator=creator), now=NOW)
    settle_usage(source="assistant", action="a-1", counts=TokenCounts(input=40))
    money = Allowance.objects.filter(unit="micro_usd").order_by("scope").values_list("scope", "spent", "reserved")
    assert list(money) == [
        ("budget:claude", 40, 0),
        (f"budget:creator:{creator.pk}", 40, 0),
        ("budget:feature:assistant", 40, 0),
        (f"budget:model:{MODEL}", 40, 0),
        ("budget:platform", 40, 0),
    ]


@pytest.mark.parametrize("scope", ["platform", "feature:assistant", f"model:{MODEL}", "creator"])
def test_any_scope_that_is_full_refuses_and_holds_nothing(creator, price, extra, scope):
    extra(**{scope: 99})
    with pytest.raises(BudgetExceeded):
        reserve_usage(request=ask(creator=creator), now=NOW)
    assert set(Allowance.objects.values_list("spent", "reserved")) == {(0, 0)}
    assert not Reservation.objects.exists()


def test_one_creators_budget_is_not_anothers(creator, owner, price, extra):
    from creators.models import Creator

    other = Creator.objects.create(owner=owner, handle="other", created_at=NOW, updated_at=NOW)
    extra(creator=150)
    reserve_usage(request=ask("a", creator=creator), now=NOW)
    reserve_usage(request=ask("b", creator=other), now=NOW)
    with pytest.raises(BudgetExceeded, match=f"budget:creator:{creator.pk}"):
        reserve_usage(request=ask("c", creator=creator), now=NOW)


@pytest.mark.parametrize("scope", ["everything", "claude"])
def test_stopped_spending_refuses_what_costs_and_is_audited(operator_name, creator, price, scope):
    reserve_usage(request=ask("before"), now=NOW)
    set_spending_stop(scope=scope, is_stopped=True, acting_user=operator_name, reason="leak", now=NOW)
    with pytest.raises(SpendingStopped):
        reserve_usage(request=ask("after"), now=NOW)
    settle_usage(source="assistant", action="before", counts=TokenCounts(input=5))  # what was under way is metered
    assert Allowance.objects.values_list("spent", "reserved").get() == (5, 0)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.reason, entry.after) == ("billing.spending.stop", "leak", {"is_stopped": True})
    set_spending_stop(scope=scope, is_stopped=False, acting_user=operator_name, reason="found", now=NOW)
    reserve_usage(request=ask("again"), now=NOW)


@pytest.mark.django_db
def test_another_services_stop_stops_nothing_here(operator_name, price):
    set_spending_stop(scope="openai", is_stopped=True, acting_user=operator_name, reason="r", now=NOW)
    assert reserve_usage(request=ask(), now=NOW).pk


@pytest.fixture
def operator_name():
    return "operator"


def test_creator_with_many_calls_under_way_waits(creator, price, settings):
    settings.COSTS = replace(settings.COSTS, concurrent_calls=2)
    for action in "ab":
        reserve_usage(request=ask(action, creator=creator), now=NOW)
    with pytest.raises(TooManyAtOnce):
        reserve_usage(request=ask("c", creator=creator), now=NOW)
    assert Reservation.objects.count() == 2
    release_usage(source="assistant", action="a")
    reserve_usage(request=ask("c", creator=creator), now=NOW)


def test_fallback_takes_no_second_request_of_the_quota(creator):
    make_price()
    make_price(service="openai", model="other")
    reserve_usage(request=ask("a", creator=creator), now=NOW)
    again = replace(ask("a:2", creator=creator, service="openai", model="other"), is_fallback=True)
    reserve_usage(request=again, now=NOW)
    quota = Allowance.objects.get(scope=f"quota:assistant:{creator.pk}")
    assert (quota.reserved, Allowance.objects.get(scope="budget:openai").reserved) == (1, 100)
