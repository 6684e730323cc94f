"""Subscribers whose deliveries come by the hundred: one message hands them over, and none is left behind."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from tests.conftest import NOW
from tests.platform.events.conftest import Listener, count_messages
from veri.platform.events import registry
from veri.platform.events.models import Delivery, DeliveryState, Event
from veri.platform.events.services import publish, publish_event, publish_for_new_row
from veri.platform.events.services.deliver import drain_subscriber

pytestmark = pytest.mark.django_db(transaction=True)
INSERT = "INSERT INTO ops_heartbeat (name, at) VALUES (%(name)s, %(at)s) ON CONFLICT DO NOTHING RETURNING id"


@pytest.fixture
def busy(listener) -> Listener:
    publish._broker.drain_at.clear()
    registry.subscribe(event="bread.baked", name="test.listener", handle=listener.handle, is_busy=True)
    return listener


def bake(number):
    with transaction.atomic():
        publish_event(name="bread.baked", payload={"number": number})


def drain(now):
    return drain_subscriber(subscriber="test.listener", clock=lambda: now, seconds=5)


def test_many_are_handed_over_by_one_message(busy):
    for number in range(20):
        bake(number)
    assert count_messages() == 1
    assert drain(timezone.now()) == 20
    assert [one["number"] for one in busy.heard] == list(range(20))
    assert not Delivery.objects.exclude(state=DeliveryState.DELIVERED).exists()


def test_next_quarter_of_a_second_asks_again(busy):
    bake(1)
    publish._broker.drain_at["test.listener"] -= publish.DRAIN_EVERY
    bake(2)
    assert count_messages() == 2
    assert publish.DRAIN_AFTER > publish.DRAIN_EVERY


def test_failing_one_is_due_later_and_stops_nobody(busy):
    busy.failures = 1
    for number in range(3):
        bake(number)
    now = timezone.now()
    assert drain(now) == 3
    assert Delivery.objects.filter(state=DeliveryState.PENDING, due_at__gt=now).count() == 1
    assert drain(now) == 0
    assert drain(now + timedelta(minutes=1)) == 1
    assert len(busy.heard) == 4


def test_row_and_event_come_in_one_statement_and_only_together(busy, django_assert_num_queries):
    values = {"name": "oven", "at": NOW}
    told = {"insert": INSERT, "values": values, "name": "bread.baked", "id_name": "heartbeat_id", "now": NOW}
    with django_assert_num_queries(1):
        pk = publish_for_new_row(**told)
    assert Event.objects.get().payload == {"heartbeat_id": pk}
    assert publish_for_new_row(**told) is None
    assert (Event.objects.count(), Delivery.objects.count()) == (1, 1)
    with transaction.atomic():
        publish_for_new_row(**told | {"values": {"name": "shop", "at": NOW}})
        transaction.set_rollback(True)
    assert Event.objects.count() == 1


def test_row_without_subscribers_is_published_all_the_same(listener):
    told = {"insert": INSERT, "values": {"name": "oven", "at": NOW}, "id_name": "heartbeat_id", "now": NOW}
    assert publish_for_new_row(**told, name="nobody.listens") is not None
    assert (Event.objects.get().name, Delivery.objects.count()) == ("nobody.listens", 0)
