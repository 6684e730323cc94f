import socket
import time
from contextlib import contextmanager

import pytest
from django.db import transaction

from tests.platform.events.conftest import count_messages
from veri.platform.events.models import Delivery, Event
from veri.platform.events.registry import subscribe
from veri.platform.events.services import publish as publish_module
from veri.platform.events.services import publish_event
from veri.platform.events.services.maintain import sweep_deliveries


@contextmanager
def broker_at(port):
    """Point Celery's broker at a port, and back."""
    from veri.celery import app

    before = app.conf.broker_url, app.conf.broker_read_url, app.conf.broker_write_url
    app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = f"redis://127.0.0.1:{port}/0"
    reset(app)
    try:
        yield
    finally:
        app.conf.broker_url, app.conf.broker_read_url, app.conf.broker_write_url = before
        reset(app)


def reset(app):
    """Let go of pooled broker connections, so that the next publish opens one to the configured address."""
    from kombu import pools

    pools.reset()
    publish_module._broker.retry_at = 0.0
    app._pool = None
    app.amqp.__dict__.pop("_producer_pool", None)
    app.amqp._producer_pool = None


def find_dead_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.mark.django_db(transaction=True)
def test_event_has_one_pending_delivery_per_subscriber(listener):
    subscribe(event="bread.baked", name="test.other", handle=listener.handle, queue="memory")
    with transaction.atomic():
        event = publish_event(name="bread.baked", payload={"loaves": 3}, key="k")
        assert count_messages() == 0
    assert (event.name, event.key, event.payload) == ("bread.baked", "k", {"loaves": 3})
    rows = Delivery.objects.order_by("subscriber").values_list("subscriber", "state", "attempts")
    assert list(rows) == [("test.listener", "pending", 0), ("test.other", "pending", 0)]
    assert (count_messages(), count_messages("memory")) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_rollback_leaves_nothing(listener):
    with transaction.atomic():
        publish_event(name="bread.baked", payload={})
        transaction.set_rollback(True)
    assert (Event.objects.count(), Delivery.objects.count(), count_messages()) == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused(listener):
    with pytest.raises(RuntimeError, match="open transaction"):
        publish_event(name="bread.baked", payload={})
    assert Event.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_event_without_subscribers_is_kept(listener):
    with transaction.atomic():
        publish_event(name="bread.eaten", payload={})
    assert (Event.objects.count(), Delivery.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_broker_away_costs_little_time_and_no_event(listener):
    started = time.monotonic()
    with broker_at(find_dead_port()), transaction.atomic():
        publish_event(name="bread.baked", payload={})
    assert time.monotonic() - started < 2
    delivery = Delivery.objects.get()
    assert (delivery.state, count_messages()) == ("pending", 0)
    assert sweep_deliveries(now=delivery.due_at) == 0
    assert sweep_deliveries(now=delivery.due_at.replace(year=2030)) == 1
    assert count_messages() == 1


@pytest.mark.django_db(transaction=True)
def test_broker_that_failed_is_left_alone_for_a_second(listener, caplog):
    with broker_at(find_dead_port()):
        with transaction.atomic():
            for _ in range(200):
                publish_event(name="bread.baked", payload={})
        assert sum("broker_away" in one.getMessage() for one in caplog.records) == 1
    assert (Delivery.objects.count(), count_messages()) == (200, 0)


@pytest.mark.django_db(transaction=True)
def test_sweep_stops_at_the_first_refusal_of_the_broker(listener):
    with transaction.atomic():
        events = [publish_event(name="bread.baked", payload={}) for _ in range(30)]
    started = time.monotonic()
    with broker_at(find_dead_port()):
        assert sweep_deliveries(now=events[0].published_at.replace(year=2030)) == 0
    assert time.monotonic() - started < 2
