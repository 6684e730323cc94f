import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from billing.models import RollupMark, UsageEvent, UsageRollup
from billing.queries.usage_sums import sum_all, sum_usage
from billing.services.metering import charge_usage
from billing.services.rollups import roll_usage
from tests.billing.conftest import NOW, ask, make_price
from tests.billing.metering.rolling import roll_all
from tests.billing.test_concurrency import run_at_once

DAY = NOW.date()
MONTH = {"since": DAY.replace(day=1), "until": DAY.replace(month=12, day=1)}
pytestmark = pytest.mark.django_db(transaction=True)


def use(action, *, at=NOW, **changes):
    with transaction.atomic():
        return charge_usage(request=ask(action, **changes), now=at)


def describe(**changes):
    one = sum_all(**MONTH | changes)
    return one.events, one.input_tokens, one.cost_micro_usd


def test_sums_are_the_same_before_between_and_after_rolling(creator):
    make_price()
    use("a", creator=creator)
    use("b", tokens=50)
    states = [describe()]
    for _ in range(3):
        roll_usage(now=NOW)
        states.append(describe())
    use("c", creator=creator, tokens=7)
    states.append(describe())
    roll_usage(now=NOW)
    assert states == [(2, 150, 150)] * 4 + [(3, 157, 157)]
    assert describe() == (3, 157, 157)
    assert describe(creator_ids=[creator.pk]) == (2, 107, 107)


def test_event_of_a_transaction_that_ends_late_is_neither_lost_nor_counted_twice():
    make_price()
    make_price(service="voyage")
    with late_transaction():  # holds a lower id than what commits meanwhile
        use("early", tokens=40)
        for _ in range(3):
            roll_usage(now=NOW)
        assert (RollupMark.objects.get().rolled_id, describe()) == (0, (1, 40, 40))
    assert describe() == (2, 43, 43)
    roll_all()
    assert (UsageRollup.objects.count(), describe()) == (2, (2, 43, 43))


@contextmanager
def late_transaction():
    charged, let_go = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                charge_usage(request=ask("late", tokens=3, service="voyage"), now=NOW)
                charged.set()
                let_go.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    charged.wait(20)
    try:
        yield
    finally:
        let_go.set()
        thread.join(20)


def test_sums_stay_exact_while_events_arrive_and_are_rolled_up():
    for service in ("claude", "voyage", "openai"):
        make_price(service=service)

    def work(number):
        if number == 0:
            return [roll_usage(now=NOW) and describe()[0] for _ in range(12)]
        service = ("claude", "voyage", "openai")[number % 3]
        for turn in range(8):
            use(f"{number}-{turn}", tokens=number, service=service)
        return None

    outcomes = run_at_once(7, work)
    assert not [one for one in outcomes if isinstance(one, Exception)]
    roll_all()
    expected = (48, 8 * (1 + 2 + 3 + 4 + 5 + 6), 8 * 21)
    assert describe() == expected
    rolled = sum(UsageRollup.objects.values_list("events", flat=True))
    assert (rolled, UsageEvent.objects.filter(pk__gt=RollupMark.objects.get().rolled_id).count()) == (48, 0)


def test_days_are_utc_days_whatever_the_sessions_zone():
    make_price()
    last = NOW.replace(month=11, day=30, hour=23, minute=59, second=59)
    first = last + timedelta(seconds=1)
    use("november", at=last)
    use("december", at=first)
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'Pacific/Auckland'")
    try:
        before = describe()
        roll_all()
        assert before == describe() == (1, 100, 100)
        assert [
            one.day.isoformat() for one in sum_usage(since=DAY, until=first.date() + timedelta(days=9), by=["day"])
        ] == [
            "2026-11-30",
            "2026-12-01",
        ]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET TIME ZONE 'UTC'")
