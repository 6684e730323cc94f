from datetime import timedelta

import pytest
from django.db import transaction

from tests.conftest import NOW
from veri.platform.events import registry
from veri.platform.events.models import Delivery
from veri.platform.events.services import deliver_now, publish_events
from veri.platform.events.services.companions import MOST, REACH


def join(payloads: list[dict]) -> dict:
    if any("poison" in payload for payload in payloads):
        raise ValueError("poison")
    return {"loaves": [loaf for payload in payloads for loaf in payload["loaves"]]}


@pytest.fixture
def joining(listener):
    registry.subscribe(event="bread.baked", name="test.listener", handle=listener.handle, join=join)
    return listener


def publish(*parts: tuple[str, dict]) -> list[Delivery]:
    with transaction.atomic():
        publish_events(name="bread.baked", parts=list(parts))
    Delivery.objects.update(due_at=NOW)
    return list(Delivery.objects.order_by("pk"))


def list_states() -> list[tuple[str, int]]:
    return list(Delivery.objects.order_by("pk").values_list("state", "attempts"))


@pytest.mark.django_db(transaction=True)
def test_waiting_deliveries_of_one_key_are_made_in_one_run(joining):
    first, *_ = publish(("a", {"loaves": [1]}), ("b", {"loaves": [2]}), ("a", {"loaves": [3]}), ("a", {"loaves": [4]}))
    assert deliver_now(delivery_id=first.pk, now=NOW) == "delivered"
    assert joining.heard == [{"loaves": [1, 3, 4]}]
    assert list_states() == [("delivered", 1), ("pending", 0), ("delivered", 1), ("delivered", 1)]
    assert list(Delivery.objects.exclude(lease_until=None)) == []


@pytest.mark.django_db(transaction=True)
def test_companion_that_is_done_is_not_made_again(joining):
    first, second = publish(("a", {"loaves": [1]}), ("a", {"loaves": [2]}))
    deliver_now(delivery_id=first.pk, now=NOW)
    assert deliver_now(delivery_id=second.pk, now=NOW) is None
    assert joining.heard == [{"loaves": [1, 2]}]


@pytest.mark.django_db(transaction=True)
def test_run_takes_a_bounded_number(joining):
    first, *_ = publish(*(("a", {"loaves": [number]}) for number in range(MOST + 3)))
    deliver_now(delivery_id=first.pk, now=NOW)
    assert joining.heard == [{"loaves": list(range(MOST + 1))}]
    assert Delivery.objects.filter(state="pending").count() == 2


@pytest.mark.django_db(transaction=True)
def test_run_looks_only_close_behind(joining):
    first, *_ = publish(("a", {"loaves": [1]}), *(("b", {"loaves": []}) for _ in range(REACH)), ("a", {"loaves": [2]}))
    deliver_now(delivery_id=first.pk, now=NOW)
    assert joining.heard == [{"loaves": [1]}]


@pytest.mark.django_db(transaction=True)
def test_deliveries_claimed_not_due_or_without_a_key_stay(joining):
    first, leased, later = publish(*(("a", {"loaves": [number]}) for number in range(3)))
    Delivery.objects.filter(pk=leased.pk).update(lease_until=NOW + timedelta(seconds=5))
    Delivery.objects.filter(pk=later.pk).update(due_at=NOW + timedelta(seconds=5))
    deliver_now(delivery_id=first.pk, now=NOW)
    keyless, _ = publish(("", {"loaves": [7]}), ("", {"loaves": [8]}))[-2:]
    deliver_now(delivery_id=keyless.pk, now=NOW)
    assert joining.heard == [{"loaves": [0]}, {"loaves": [7]}]


@pytest.mark.django_db(transaction=True)
def test_poison_companion_costs_the_others_nothing(joining):
    first, poison = publish(("a", {"loaves": [1]}), ("a", {"poison": True}))
    assert deliver_now(delivery_id=first.pk, now=NOW) == "delivered"
    assert joining.heard == [{"loaves": [1]}]
    assert list_states() == [("delivered", 1), ("pending", 0)]
    poison.refresh_from_db()
    assert poison.lease_until is None


@pytest.mark.django_db(transaction=True)
def test_subscriber_that_cannot_join_hears_each(listener):
    first, _ = publish(("a", {"loaves": [1]}), ("a", {"loaves": [2]}))
    deliver_now(delivery_id=first.pk, now=NOW)
    assert listener.heard == [{"loaves": [1]}]
    assert list_states() == [("delivered", 1), ("pending", 0)]
