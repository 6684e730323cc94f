"""Real processes reserve on one budget and are killed on the way: nothing overspends, nothing is left unexplained."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from billing.models import Allowance, Reservation, UsageEvent
from billing.queries.reconciling import compare_books
from billing.services.metering import HOLD, expire_reservations
from tests.billing.conftest import NOW, make_price
from tests.faults.conftest import build_variables
from veri.settings.env import BASE_DIR

ROOM, EACH = 50, 40
STARTED = 4.0  # seconds until every process stands ready


def launch(name, *, starts_at, failpoint=""):
    variables = build_variables(mongo_url="mongodb://127.0.0.1:1/veri")
    budget = {"CLAUDE_BUDGET": str((ROOM * 100 + 99) / 1_000_000), "VERI_FAILPOINT": failpoint}
    command = [sys.executable, "-m", "tests.billing.metering.reserver", name, str(EACH), str(starts_at)]
    return subprocess.Popen(command, cwd=BASE_DIR, env=os.environ | variables | budget, stdout=subprocess.PIPE)


@pytest.mark.django_db(transaction=True)
def test_two_hundred_reservations_let_fifty_through_though_workers_are_killed():
    make_price()
    dying = {"a": launch("a", starts_at=0, failpoint="metering.settled:1")}
    assert_killed(dying["a"])  # while there is room: else it would have nothing to settle
    starts_at = time.time() + STARTED
    dying["b"] = launch("b", starts_at=starts_at, failpoint="metering.reserved:3")
    living = [launch(name, starts_at=starts_at) for name in "cde"]
    told = [int(one.communicate(timeout=60)[0]) for one in living]
    assert_killed(dying["b"])
    held_by_dead = sum(Reservation.objects.filter(action__startswith=name).count() for name in dying)
    assert sum(told) + held_by_dead == Reservation.objects.count() == ROOM
    budget = Allowance.objects.get(scope="budget:claude")
    settled = UsageEvent.objects.count()
    assert (budget.spent, budget.reserved) == (settled * 100, (ROOM - settled) * 100)
    assert all(one.is_even for one in compare_books(at=NOW))
    # What the dead held, and what nobody settled, is charged as estimated: the money may be spent.
    assert expire_reservations(now=NOW + HOLD + timedelta(seconds=1)) == ROOM - settled
    budget.refresh_from_db()
    assert (budget.spent, budget.reserved) == (ROOM * 100, 0)
    assert all(one.is_even for one in compare_books(at=NOW))


def assert_killed(process):
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
