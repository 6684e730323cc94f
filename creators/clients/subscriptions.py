"""What every platform offers for asking it to send events by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from creators.enums import Platform, SubscriptionState


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A kind of event; asked for when the scope was granted."""

    type: str
    scope: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the platform said: its id and state; the lease comes later where a hub confirms by a call of its own."""

    remote_id: str
    state: SubscriptionState
    cost: int = 0
    condition: dict[str, Any] = field(default_factory=dict)


class Subscribe(Protocol):
    def __call__(self, *, account_id: str, type: str, callback: str, secret: str, now: datetime) -> Asked: ...  # noqa: A002  the platforms' word


class Unsubscribe(Protocol):
    def __call__(self, *, remote_id: str, callback: str, secret: str, now: datetime) -> None: ...


@dataclass(frozen=True, kw_only=True)
class SubscriptionClient:
    """``list_remote`` returns the ids the platform knows as alive, where it can be asked.

    ``check_callback`` tells whether the platform holds our callback for valid, and asks it to look again if not.
    """

    wanted: tuple[Wanted, ...]
    subscribe: Subscribe
    unsubscribe: Unsubscribe
    list_remote: Callable[..., set[str]] | None = None
    check_callback: Callable[..., bool] | None = None


@cache
def get_subscription_client(platform: str) -> SubscriptionClient | None:
    """Return how to subscribe on a platform; None where it sends everything by itself."""
    if platform == Platform.TIKTOK:
        return None
    found: SubscriptionClient = import_module(
        f"creators.clients.{Platform(platform).value}.subscriptions"
    ).SUBSCRIPTIONS
    return found
