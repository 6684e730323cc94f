from datetime import UTC, datetime

import pytest

from billing.models import Subscription
from billing.services.plans import publish_plan, start_subscription
from tests.billing.payments.conftest import gateway, mp

START = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
__all__ = ["gateway", "mp"]


@pytest.fixture
def account(mp, time_machine):
    """Mercado Pago at the start of the year."""
    time_machine.move_to(START, tick=False)
    mp.clock = lambda: START
    return mp


def make_version(price=2_000, *, code="plus", units=100, **more):
    return publish_plan(
        code=code, name=code.title(), price_minor=price, currency="USD", quotas={"assistant": units}, actor=None,
        reason="new", now=START, **more,
    )  # fmt: skip


def begin(version, creator, **more):
    return start_subscription(version=version, creator=creator, actor=creator.owner, now=START, **more)


def read(subscription):
    return Subscription.objects.select_related("version").get(pk=subscription.pk)
