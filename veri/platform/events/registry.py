"""Who subscribes to what. Apps register in ``ready()``; handlers must be idempotent: delivery is at least once."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

DEFAULT_QUEUE = "events"
Payload: TypeAlias = dict[str, Any]
Join: TypeAlias = Callable[[list[Payload]], Payload]


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A named handler of one event name, run on a Celery queue with the event's payload.

    ``join`` turns the payloads of several events of one key, in order, into one payload that says the same. ``is_busy``
    hands deliveries over in bulk, a third of a second later, instead of by a message for each.
    """

    name: str
    event: str
    handle: Callable[..., None]
    join: Join | None = None
    queue: str = DEFAULT_QUEUE
    is_busy: bool = False


_by_event: dict[str, dict[str, Subscriber]] = defaultdict(dict)


def subscribe(
    *,
    event: str,
    name: str,
    handle: Callable[..., None],
    join: Join | None = None,
    queue: str = DEFAULT_QUEUE,
    is_busy: bool = False,
) -> None:
    """Register ``handle(payload=…)`` for an event name. Registering a name again replaces it.

    With ``join`` pending events of one key may be handled together, as one payload. What comes by the hundred a second
    and can wait a third of one is ``is_busy``.
    """
    _by_event[event][name] = Subscriber(name=name, event=event, handle=handle, join=join, queue=queue, is_busy=is_busy)


def list_subscribers(event: str) -> list[Subscriber]:
    """Return the subscribers of an event name in registration order."""
    return list(_by_event[event].values())


def find_subscriber(*, event: str, name: str) -> Subscriber | None:
    """Return one subscriber, or None when the code no longer has it."""
    return _by_event[event].get(name)


def list_subscriber_names() -> list[str]:
    """Return the names of all subscribers, sorted."""
    return sorted({name for subscribers in _by_event.values() for name in subscribers})


def list_events_of(subscriber: str) -> list[str]:
    """Return the event names a subscriber listens to, sorted."""
    return sorted(event for event, subscribers in _by_event.items() if subscriber in subscribers)
