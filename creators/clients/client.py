"""What every platform's client offers, and where to find it by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from creators.clients.records import AccountReading, Charge, ContentPage
from creators.enums import Platform

if TYPE_CHECKING:
    from creators.clients.oauth import PlatformBackend

CONNECTABLE = (Platform.YOUTUBE, Platform.TWITCH, Platform.X, Platform.TIKTOK)


class ReadAccount(Protocol):
    def __call__(self, *, token: str, now: datetime, etag: str = "") -> AccountReading: ...


class ListContent(Protocol):
    def __call__(
        self, *, token: str, account_id: str, place: str, cursor: str, since: datetime | None, now: datetime
    ) -> ContentPage: ...


class LookUpContent(Protocol):
    def __call__(self, *, token: str, ids: Sequence[str], now: datetime) -> ContentPage: ...


class ReadAccounts(Protocol):
    def __call__(self, *, token: str, ids: Sequence[str], now: datetime) -> list[dict[str, Any]]: ...


class BuildAccount(Protocol):
    def __call__(self, *, payload: dict[str, Any]) -> AccountReading: ...


@dataclass(frozen=True, kw_only=True)
class ManyAccounts:
    """How a platform gives the public side of many accounts by one call."""

    at_once: int
    read: ReadAccounts
    build: BuildAccount
    charges: tuple[Charge, ...]


@dataclass(frozen=True, kw_only=True)
class PlatformClient:
    """A platform's OAuth backend and reads. Reads raise the errors of ``creators.clients.errors``.

    ``required`` are the scopes without which nothing can be read. Charges are what one call of a read may take.
    """

    platform: str
    backend: "type[PlatformBackend]"
    required: frozenset[str]
    read_account: ReadAccount
    list_content: ListContent
    look_up_content: LookUpContent
    lookup_size: int
    account_charges: tuple[Charge, ...]
    list_charges: tuple[Charge, ...]
    charge_lookup: Callable[[int], tuple[Charge, ...]]
    many_accounts: ManyAccounts | None = None


@cache
def get_client(platform: str) -> PlatformClient:
    """Return a platform's client; its library loads on first use."""
    found: PlatformClient = import_module(f"creators.clients.{Platform(platform).value}.client").CLIENT
    return found
