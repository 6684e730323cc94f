import pytest

from billing.errors import BudgetExceeded, PriceUnknown
from billing.models import Allowance, Reservation, UsageEvent
from billing.services.metering import charge_usage
from tests.billing.conftest import NOW, ask


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
