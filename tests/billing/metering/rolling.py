"""Roll usage up until nothing is left: transactions of other test processes on the same server may hold it up."""

import time

from django.db.models import Max

from billing.models import UsageEvent
from billing.services.rollups import roll_usage
from tests.conftest import NOW

WAIT_SECONDS = 20


def roll_all() -> None:
    newest = UsageEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
    deadline = time.monotonic() + WAIT_SECONDS
    while roll_usage(now=NOW) < newest:
        assert time.monotonic() < deadline, "somebody's transaction does not end"
        time.sleep(0.02)
