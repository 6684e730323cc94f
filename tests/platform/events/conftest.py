from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.db import transaction

from tests.conftest import NOW
from veri.platform.connections.redis import get_redis
from veri.platform.events import registry
from veri.platform.events.models import Delivery
from veri.platform.events.services import publish_event


@dataclass
class Listener:
    """A subscriber that keeps what it is told and fails as often as asked."""

    failures: int = 0
    heard: list[dict] = field(default_factory=list)

    def handle(self, *, payload: dict) -> None:
        self.heard.append(payload)
        if self.failures:
            self.failures -= 1
            raise ValueError("scripted")


@pytest.fixture
def listener(monkeypatch) -> Listener:
    monkeypatch.setattr(registry, "_by_event", type(registry._by_event)(dict))
    found = Listener()
    registry.subscribe(event="bread.baked", name="test.listener", handle=found.handle)
    return found


@pytest.fixture(autouse=True)
def empty_queues() -> Iterator[None]:
    """Nothing of earlier tests waits at the broker, nothing is left to later ones."""
    empty_broker()
    yield
    empty_broker()


def empty_broker() -> None:
    client = get_redis()
    for key in client.scan_iter(match="veri-celery:*"):
        client.delete(key)


def count_messages(queue: str = "events") -> int:
    return int(get_redis().llen(f"veri-celery:{queue}"))


def publish(**payload) -> Delivery:
    """Publish one event in a transaction of its own; return its delivery, due at NOW."""
    with transaction.atomic():
        event = publish_event(name="bread.baked", payload=payload, key="k")
    event.deliveries.update(due_at=NOW)
    return event.deliveries.get()
