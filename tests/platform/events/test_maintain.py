from datetime import timedelta

import pytest
from django.db import transaction

from tests.conftest import NOW
from tests.platform.events.conftest import count_messages, empty_broker, publish
from veri.platform.events import registry
from veri.platform.events.models import Delivery, Event
from veri.platform.events.services import deliver_now, publish_event, purge_dead, replay_events, retry_dead
from veri.platform.events.services.maintain import KEEP, SWEEP_GRACE, remove_expired_events, sweep_deliveries

pytestmark = pytest.mark.django_db(transaction=True)


def kill(delivery):
    Delivery.objects.filter(pk=delivery.pk).update(state="dead", attempts=8, error="ValueError: scripted")


def test_sweep_enqueues_what_the_broker_lost(listener):
    publish()
    empty_broker()
    assert sweep_deliveries(now=NOW + SWEEP_GRACE - timedelta(microseconds=1)) == 0
    assert sweep_deliveries(now=NOW + SWEEP_GRACE) == 1
    assert count_messages() == 1


def test_sweep_leaves_held_delivered_and_dead_alone(listener):
    held, delivered, dead = publish(), publish(), publish()
    Delivery.objects.filter(pk=held.pk).update(lease_until=NOW + timedelta(minutes=5))
    deliver_now(delivery_id=delivered.pk, now=NOW)
    kill(dead)
    assert sweep_deliveries(now=NOW + timedelta(minutes=1)) == 0
    assert sweep_deliveries(now=NOW + timedelta(minutes=6)) == 1


def test_sweep_is_not_stopped_by_a_gone_subscriber(listener):
    registry.subscribe(event="bread.baked", name="a.gone", handle=listener.handle)
    with transaction.atomic():
        publish_event(name="bread.baked", payload={})
    Delivery.objects.update(due_at=NOW)
    registry._by_event["bread.baked"].pop("a.gone")
    empty_broker()
    assert sweep_deliveries(now=NOW + SWEEP_GRACE) == 2
    for delivery in Delivery.objects.all():
        deliver_now(delivery_id=delivery.pk, now=NOW)
    assert list(Delivery.objects.order_by("subscriber").values_list("state", flat=True)) == ["dead", "delivered"]


def test_dead_letter_is_retried_with_all_its_attempts(listener):
    dead, other = publish(), publish()
    kill(dead)
    assert retry_dead(delivery_ids=[dead.pk, other.pk], now=NOW) == 1
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == ("pending", 0)
    assert deliver_now(delivery_id=dead.pk, now=NOW) == "delivered"


def test_purging_deletes_dead_letters_only(listener):
    dead, other = publish(), publish()
    kill(dead)
    assert purge_dead(delivery_ids=[dead.pk, other.pk]) == 1
    assert list(Delivery.objects.values_list("pk", flat=True)) == [other.pk]
    assert Event.objects.count() == 2


def test_replay_delivers_again_from_a_point_on(listener):
    deliveries = [publish(number=number) for number in range(4)]
    for delivery in deliveries:
        deliver_now(delivery_id=delivery.pk, now=NOW)
    listener.heard.clear()
    assert replay_events(subscriber="test.listener", from_event=deliveries[2].event_id, now=NOW) == 2
    states = Delivery.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["delivered", "delivered", "pending", "pending"]
    for delivery in deliveries:
        deliver_now(delivery_id=delivery.pk, now=NOW)
    assert listener.heard == [{"number": 2}, {"number": 3}]


def test_replay_reaches_events_from_before_the_subscription(listener):
    first = publish(number=1)
    registry.subscribe(event="bread.baked", name="test.late", handle=listener.handle)
    assert replay_events(subscriber="test.late", from_event=first.event_id, now=NOW) == 1
    assert replay_events(subscriber="test.late", from_event=first.event_id, now=NOW) == 1
    late = Delivery.objects.get(subscriber="test.late")
    assert deliver_now(delivery_id=late.pk, now=NOW) == "delivered"
    assert Delivery.objects.count() == 2


def test_replay_of_an_unknown_subscriber_does_nothing(listener):
    publish()
    assert replay_events(subscriber="nobody", from_event=0, now=NOW) == 0


def test_old_events_leave_when_everybody_has_them(listener):
    old = [publish(number=number) for number in range(3)]
    deliver_now(delivery_id=old[0].pk, now=NOW)
    kill(old[1])
    recent = publish()
    deliver_now(delivery_id=recent.pk, now=NOW)
    Event.objects.filter(pk__in=[one.event_id for one in old]).update(published_at=NOW - KEEP - timedelta(seconds=1))
    Event.objects.filter(pk=recent.event_id).update(published_at=NOW - KEEP)
    assert remove_expired_events(now=NOW) == 1
    kept = [old[1].event_id, old[2].event_id, recent.event_id]
    assert list(Event.objects.order_by("pk").values_list("pk", flat=True)) == kept
    assert Delivery.objects.count() == 3
