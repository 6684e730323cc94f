import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests.conftest import NOW
from tests.platform.events.conftest import publish
from veri.platform.events import registry
from veri.platform.events.models import Delivery
from veri.platform.events.services import deliver_now
from veri.platform.events.services.deliver import MAX_ATTEMPTS, claim_delivery
from veri.platform.events.tasks import deliver_event_task


@pytest.mark.django_db(transaction=True)
def test_delivery_runs_the_subscriber_once(listener):
    delivery = publish(loaves=3)
    assert deliver_now(delivery_id=delivery.pk, now=NOW) == "delivered"
    assert deliver_now(delivery_id=delivery.pk, now=NOW) is None
    delivery.refresh_from_db()
    assert listener.heard == [{"loaves": 3}]
    assert (delivery.state, delivery.attempts, delivery.delivered_at) == ("delivered", 1, NOW)
    assert (delivery.lease_until, delivery.error) == (None, "")


@pytest.mark.django_db(transaction=True)
def test_failure_is_retried_with_growing_waits_then_dead(listener):
    listener.failures = 100
    delivery, now, waits = publish(), NOW, []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        state = deliver_now(delivery_id=delivery.pk, now=now)
        delivery.refresh_from_db()
        assert (state, delivery.attempts) == ("dead" if attempt == MAX_ATTEMPTS else "pending", attempt)
        waits.append((delivery.due_at - now).total_seconds())
        assert 2**attempt / 2 <= waits[-1] <= 2**attempt
        now = delivery.due_at
    assert delivery.error == "ValueError: scripted"
    assert deliver_now(delivery_id=delivery.pk, now=now + timedelta(days=1)) is None
    assert len(listener.heard) == MAX_ATTEMPTS


@pytest.mark.django_db(transaction=True)
def test_delivery_is_not_made_before_it_is_due(listener):
    delivery = publish()
    assert deliver_now(delivery_id=delivery.pk, now=NOW - timedelta(microseconds=1)) is None
    assert listener.heard == []


@pytest.mark.django_db(transaction=True)
def test_subscriber_that_recovers_gets_its_event(listener):
    listener.failures = 1
    delivery = publish()
    deliver_now(delivery_id=delivery.pk, now=NOW)
    assert deliver_now(delivery_id=delivery.pk, now=NOW + timedelta(seconds=2)) == "delivered"
    assert len(listener.heard) == 2


@pytest.mark.django_db(transaction=True)
def test_delivery_of_a_gone_subscriber_is_dead(listener):
    delivery = publish()
    registry._by_event.clear()
    assert deliver_now(delivery_id=delivery.pk, now=NOW) == "dead"
    delivery.refresh_from_db()
    assert delivery.error == "the subscriber is gone"


@pytest.mark.django_db(transaction=True)
def test_lease_keeps_others_away_until_it_runs_out(listener, settings):
    settings.EVENT_LEASE_SECONDS = 30
    delivery = publish()
    assert claim_delivery(delivery_id=delivery.pk, now=NOW) is True
    assert claim_delivery(delivery_id=delivery.pk, now=NOW + timedelta(seconds=30)) is False
    assert deliver_now(delivery_id=delivery.pk, now=NOW + timedelta(seconds=31)) == "delivered"
    assert Delivery.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_two_claimants_make_one_run(listener):
    delivery = publish()
    barrier, states = threading.Barrier(4, timeout=20), []

    def deliver():
        try:
            barrier.wait()
            states.append(deliver_now(delivery_id=delivery.pk, now=NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(states, key=str) == [None, None, None, "delivered"]
    assert len(listener.heard) == 1


@pytest.mark.django_db(transaction=True)
def test_task_ignores_arguments_it_does_not_know(listener):
    delivery = publish()
    deliver_event_task(delivery_id=delivery.pk, added_later=1)
    assert Delivery.objects.get().state == "delivered"


@pytest.mark.django_db(transaction=True)
def test_unknown_delivery_is_nobodys(listener):
    assert deliver_now(delivery_id=0, now=NOW) is None
