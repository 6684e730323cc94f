import pytest
from django.db import transaction

from billing.errors import BudgetExceeded, PriceUnknown, QuotaExceeded
from billing.models import Allowance, Reservation, UsageEvent
from billing.services.metering import charge_usage
from billing.services.pricing import TokenCounts
from tests.billing.conftest import NOW, ask, make_price
from tests.billing.test_concurrency import run_at_once
from veri.platform.ops.errors import TransactionRequired


def test_charging_spends_at_once_and_holds_nothing(price, creator):
    event = charge_usage(request=ask(creator=creator, tokens=70), now=NOW)
    quota = Allowance.objects.get(scope=f"quota:assistant:{creator.pk}")
    budget = Allowance.objects.get(scope="budget:claude")
    assert (event.cost_micro_usd, event.input_tokens, event.state) == (70, 70, "metered")
    assert event.occurred_at == NOW
    assert (budget.spent, budget.reserved) == (70, 0)
    assert (quota.spent, quota.reserved) == (1, 0)
    assert Reservation.objects.count() == 0


def test_charging_the_same_action_again_charges_once(price):
    first = charge_usage(request=ask(), now=NOW)
    assert charge_usage(request=ask(), now=NOW).pk == first.pk
    assert Allowance.objects.get(scope="budget:claude").spent == 100


def test_charge_that_does_not_fit_changes_nothing(price, budget):
    budget(100)
    charge_usage(request=ask("a-1", tokens=60), now=NOW)
    with pytest.raises(BudgetExceeded):
        charge_usage(request=ask("a-2", tokens=41), now=NOW)
    assert Allowance.objects.get(scope="budget:claude").spent == 60
    assert UsageEvent.objects.count() == 1


def test_charging_an_unknown_model_is_refused(price):
    with pytest.raises(PriceUnknown):
        charge_usage(request=ask(model="unknown"), now=NOW)
    assert UsageEvent.objects.count() == 0


def test_charge_holds_every_column_of_what_was_used(price, creator):
    counts = TokenCounts(input=1, cache_write_5m=2, cache_write_1h=3, cache_read=4, output=5)
    made = charge_usage(request=ask(creator=creator, upper_bound=counts), now=NOW)
    kept = UsageEvent.objects.get()
    for field in UsageEvent._meta.concrete_fields:
        assert getattr(made, field.attname) == getattr(kept, field.attname), field.name
    assert (kept.cache_write_5m_tokens, kept.cache_write_1h_tokens, kept.cache_read_tokens) == (2, 3, 4)


def test_charged_action_is_known_after_its_allowance_is_used_up(price, creator):
    first = charge_usage(request=ask(creator=creator), now=NOW)
    Allowance.objects.filter(unit="requests").update(limit=1, is_set_by_staff=True)
    assert charge_usage(request=ask(creator=creator), now=NOW).pk == first.pk
    with pytest.raises(QuotaExceeded):
        charge_usage(request=ask("a-2", creator=creator), now=NOW)
    assert (UsageEvent.objects.count(), Allowance.objects.get(unit="requests").spent) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_charge_outside_of_a_transaction_is_refused():
    make_price()
    with pytest.raises(TransactionRequired):
        charge_usage(request=ask(), now=NOW)
    assert (UsageEvent.objects.count(), Allowance.objects.count()) == (0, 0)


def charge(action):
    with transaction.atomic(durable=True):
        return charge_usage(request=ask(action), now=NOW)


@pytest.mark.django_db(transaction=True)
def test_twenty_charges_at_once_on_a_budget_for_five_let_exactly_five_through(budget):
    make_price()
    budget(599)
    outcomes = run_at_once(20, lambda number: charge(f"a-{number}"))
    assert sum(isinstance(one, UsageEvent) for one in outcomes) == 5
    assert sum(isinstance(one, BudgetExceeded) for one in outcomes) == 15
    assert Allowance.objects.values_list("spent", "reserved").get() == (500, 0)
    assert UsageEvent.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_same_action_at_once_is_charged_once():
    make_price()
    events = run_at_once(6, lambda _number: charge("a-1"))
    assert {one.pk for one in events} == {UsageEvent.objects.get().pk}
    assert Allowance.objects.values_list("spent", "reserved").get() == (100, 0)
