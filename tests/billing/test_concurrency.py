import asyncio
import threading
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import F
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.errors import BudgetExceeded, ReservationNotHeld
from billing.models import Allowance, Reservation, UsageEvent
from billing.services.metering import (
    Settlement,
    charge_estimate,
    release_usage,
    reserve_usage,
    settle_many,
    settle_usage,
)
from billing.services.pricing import TokenCounts
from tests.billing.conftest import NOW, ask, make_price
from tests.faults.conftest import is_somebody_blocked, wait_until
from veri.platform.connections.batches import close_batch_connections
from veri.platform.connections.bridge import run_bridged
from veri.platform.connections.pipeline import close_pipelines


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


def run_on_a_loop(*calls):
    """Run calls at once as chats do: on an event loop. Return their results and errors."""

    async def run():
        found = await asyncio.gather(*(run_bridged(call) for call in calls), return_exceptions=True)
        await close_pipelines()
        return found

    found = asyncio.run(run())
    close_batch_connections()
    return found


@pytest.mark.django_db(transaction=True)
def test_loop_lets_exactly_as_many_through_as_there_is_room_for(budget):
    make_price()
    budget(5_099)
    actions = [f"a-{number % 60}" for number in range(80)]  # twenty are double clicks
    outcomes = run_on_a_loop(*(partial(reserve_usage, request=ask(one), now=NOW) for one in actions))
    held = {one.action: one.pk for one in outcomes if isinstance(one, Reservation)}
    refused = {name for name, one in zip(actions, outcomes, strict=True) if isinstance(one, BudgetExceeded)}
    assert (len(held), len(refused), held.keys() & refused) == (50, 10, set())
    assert dict(Reservation.objects.values_list("action", "pk")) == held
    assert Allowance.objects.values_list("spent", "reserved").get() == (0, 5000)


@pytest.mark.django_db(transaction=True)
def test_loop_settles_once_and_tells_who_holds_nothing():
    make_price()
    reserved = reserve_usage(request=ask(), now=NOW)
    settle = partial(settle_usage, source="assistant", action="a-1", counts=TokenCounts(input=40))
    nothing = partial(settle_usage, source="assistant", action="never", counts=TokenCounts(input=40))
    one, two, three = run_on_a_loop(settle, partial(settle, reservation=reserved), nothing)
    (again,) = run_on_a_loop(partial(settle, reservation=reserved))
    assert one == two == again == UsageEvent.objects.get()
    assert isinstance(three, ReservationNotHeld)
    assert Allowance.objects.values_list("spent", "reserved").get() == (40, 0)


@pytest.fixture
def waiting(transactional_db):
    """Run something in another thread, which waits for a row this connection has changed and commits only then."""

    def run(change, work):
        outcomes = []
        thread = threading.Thread(target=lambda: outcomes.extend(run_at_once(1, lambda _number: work())))
        with transaction.atomic():
            change()
            thread.start()
            wait_until(is_somebody_blocked, seconds=10)
        thread.join(timeout=30)
        return outcomes[0]

    return run


def test_who_waited_for_the_budget_is_judged_by_what_it_is_then(budget, waiting):
    make_price()
    budget(1000)
    reserve_usage(request=ask("first"), now=NOW)
    outcome = waiting(lambda: Allowance.objects.update(spent=850), lambda: reserve_usage(request=ask("late"), now=NOW))
    assert isinstance(outcome, BudgetExceeded)
    assert Allowance.objects.values_list("spent", "reserved").get() == (850, 100)
    outcome = waiting(lambda: Allowance.objects.update(spent=750), lambda: reserve_usage(request=ask("fits"), now=NOW))
    assert isinstance(outcome, Reservation)
    assert Allowance.objects.values_list("spent", "reserved").get() == (750, 200)


def test_who_waited_for_a_reservation_finds_it_settled(waiting):
    make_price()
    reserve_usage(request=ask(), now=NOW)
    mine = Settlement(source="assistant", action="a-1", counts=TokenCounts(input=40))
    settled = []
    outcome = waiting(
        lambda: settled.extend(settle_many(settlements=[mine])),
        lambda: settle_usage(source="assistant", action="a-1", counts=TokenCounts(input=70)),
    )
    assert outcome == settled[0]
    assert Allowance.objects.values_list("spent", "reserved").get() == (40, 0)


def test_who_waited_for_a_reservation_finds_it_released(waiting):
    make_price()
    reserved = reserve_usage(request=ask(), now=NOW)

    def release():
        Allowance.objects.update(reserved=0)
        Reservation.objects.filter(pk=reserved.pk).update(state="released")

    outcome = waiting(release, lambda: settle_usage(source="assistant", action="a-1", counts=TokenCounts(input=70)))
    assert isinstance(outcome, ReservationNotHeld)
    assert not UsageEvent.objects.exists()
    assert Allowance.objects.values_list("spent", "reserved").get() == (0, 0)


ACTIONS = st.sampled_from(["a", "b", "c", "d"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("reserve"), ACTIONS, st.integers(0, 400)),
        st.tuples(st.just("settle"), ACTIONS, st.integers(0, 400)),
        st.tuples(st.sampled_from(["release", "charge"]), ACTIONS, st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
