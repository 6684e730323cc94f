import threading

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.errors import BudgetExceeded, ReservationNotHeld
from billing.models import Allowance, Reservation, UsageEvent
from billing.services.metering import charge_estimate, release_usage, reserve_usage, settle_usage
from billing.services.pricing import TokenCounts
from tests.billing.conftest import NOW, ask, make_price


def run_at_once(count, work):
    """Run ``work(number)`` in as many threads, each with its own connection; return outcomes."""
    barrier, outcomes = threading.Barrier(count, timeout=30), []

    def run(number):
        try:
            barrier.wait()
            outcomes.append(work(number))
        except Exception as error:  # noqa: BLE001  carried to the main thread, which counts them
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_on_a_budget_for_five_let_exactly_five_through(budget):
    make_price()
    budget(599)
    outcomes = run_at_once(20, lambda number: reserve_usage(request=ask(f"a-{number}"), now=NOW))
    assert sum(isinstance(one, Reservation) for one in outcomes) == 5
    assert sum(isinstance(one, BudgetExceeded) for one in outcomes) == 15
    assert Allowance.objects.values_list("spent", "reserved").get() == (0, 500)
    assert Reservation.objects.count() == 5


@pytest.mark.django_db(transaction=True)
def test_same_action_at_once_is_reserved_and_metered_once():
    make_price()
    reservations = run_at_once(6, lambda _number: reserve_usage(request=ask(), now=NOW))
    counts = TokenCounts(input=40)
    events = run_at_once(6, lambda _number: settle_usage(source="assistant", action="a-1", counts=counts))
    assert len({one.pk for one in reservations}) == len({one.pk for one in events}) == 1
    assert Allowance.objects.values_list("spent", "reserved").get() == (40, 0)


ACTIONS = st.sampled_from(["a", "b", "c", "d"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), ACTIONS, st.integers(0, 400)),
        st.tuples(st.just("settle"), ACTIONS, st.integers(0, 400)),
        st.tuples(st.sampled_from(["release", "charge"]), ACTIONS, st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_nothing_exceeds_the_limit_and_sums_reconcile(steps, price, budget):
    budget(1000)
    start = transaction.savepoint()
    for step, action, amount in steps:
        take_step(step, action, amount)
        rows = Allowance.objects.filter(scope="budget:claude").annotate(used=F("spent") + F("reserved"))
        assert all(one.used <= one.limit for one in rows)
    held = sum(Reservation.objects.filter(state="held").values_list("amount_micro_usd", flat=True))
    spent = sum(UsageEvent.objects.values_list("cost_micro_usd", flat=True))
    found = Allowance.objects.filter(scope="budget:claude").values_list("spent", "reserved").first()
    assert (found or (0, 0)) == (spent, held)
    transaction.savepoint_rollback(start)


def take_step(step, action, amount):
    try:
        if step == "reserve":
            reserve_usage(request=ask(action, tokens=amount), now=NOW)
        elif step == "settle":
            reserved = Reservation.objects.filter(action=action).values_list("amount_micro_usd", flat=True).first()
            counts = TokenCounts(input=min(amount, reserved or 0))
            settle_usage(source="assistant", action=action, counts=counts)
        elif step == "release":
            release_usage(source="assistant", action=action)
        else:
            charge_estimate(source="assistant", action=action)
    except (BudgetExceeded, ReservationNotHeld):
        pass
