"""What clients return, the same for every platform."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class TokenGrant:
    """A token endpoint's answer. Lifetimes are seconds from now, None where the platform names none.

    ``scopes`` is None where the answer does not tell: those asked for are then taken as granted.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_in: int | None
    refresh_expires_in: int | None
    scopes: frozenset[str] | None


@dataclass(frozen=True, kw_only=True)
class AccountReading:
    """An account as its platform shows it; a counter that is hidden or missing is None."""

    account_id: str
    name: str
    payload: dict[str, Any]
    union_id: str = ""
    followers: int | None = None
    following: int | None = None
    views: int | None = None
    likes: int | None = None
    items: int | None = None
    place: str = ""
    etag: str = ""
    is_unchanged: bool = False


@dataclass(frozen=True, kw_only=True)
class ContentPage:
    """A page of an account's own content: payloads as normalisers take them, and where the next page begins.

    ``missing`` are ids that were asked for and not returned; ``is_certain`` says whether that proves them gone.
    """

    payloads: list[dict[str, Any]]
    next_cursor: str = ""
    missing: list[str] = field(default_factory=list)
    is_certain: bool = False


@dataclass(frozen=True, kw_only=True)
class Charge:
    """What one call takes from a bucket of a platform's quota."""

    bucket: str
    amount: int


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A delivery whose signature holds. ``answer`` is what the handshake wants to read back."""

    message_id: str
    kind: str
    account_id: str = ""
    remote_id: str = ""
    sent_at: datetime | None = None
    answer: str = ""
    headers: dict[str, str] = field(default_factory=dict)
