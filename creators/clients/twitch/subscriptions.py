"""EventSub subscriptions, made with the app's own token."""

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from creators.clients.errors import BadAnswer, CallRefused, GoneUpstream, TokenRejected
from creators.clients.subscriptions import Asked, SubscriptionClient, Wanted
from creators.clients.transport import call
from creators.clients.twitch.helix import TWITCH, ask_helix
from creators.clients.twitch.oauth import ID_ADDRESS, TwitchBackend
from creators.enums import SubscriptionState
from creators.normalisers.reading import read_count, read_records, read_text

PATH = "eventsub/subscriptions"
VERSIONS = {"channel.follow": "2", "channel.update": "2"}
WANTED = (
    Wanted(type="stream.online"),
    Wanted(type="stream.offline"),
    Wanted(type="channel.update"),
    Wanted(type="channel.follow", scope="moderator:read:followers"),
    Wanted(type="channel.subscribe", scope="channel:read:subscriptions"),
    Wanted(type="channel.cheer", scope="bits:read"),
)
_STATES = {
    "enabled": SubscriptionState.ENABLED,
    "webhook_callback_verification_pending": SubscriptionState.PENDING,
}


@dataclass
class _AppToken:
    """This process's token of the app; it is asked for again when it runs out or is rejected."""

    access: str = field(default="", repr=False)
    client_id: str = ""
    ends_at: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


_app = _AppToken()


def _get_app_token() -> str:
    key, secret = settings.PLATFORM_CREDENTIALS[TWITCH]
    with _app.lock:
        if _app.client_id != key or time.monotonic() >= _app.ends_at:
            backend = TwitchBackend.build()
            form = {"client_id": key, "client_secret": secret, "grant_type": "client_credentials"}
            answer = call(platform=TWITCH, method="POST", url=f"{ID_ADDRESS}/token", form=form)
            backend.check(answer)
            grant = backend.read_grant(answer.json())
            _app.access, _app.client_id = grant.access, key
            _app.ends_at = time.monotonic() + 0.8 * (grant.expires_in or 600)
        return _app.access


def _forget_app_token() -> None:
    with _app.lock:
        _app.ends_at = 0.0


def _ask(*, method: str, now: datetime, params: Any = None, json: Any = None) -> dict[str, Any]:
    try:
        return ask_helix(method=method, path=PATH, token=_get_app_token(), now=now, params=params, json=json)
    except TokenRejected:
        _forget_app_token()
        return ask_helix(method=method, path=PATH, token=_get_app_token(), now=now, params=params, json=json)


def subscribe(*, account_id: str, type: str, callback: str, secret: str, now: datetime) -> Asked:  # noqa: A002  Twitch's word
    """Ask for one kind of event of one channel. Twitch calls the callback before or after it answers.

    Raises:
        PlatformError: of its kinds.
    """
    condition = {"broadcaster_user_id": account_id}
    if type == "channel.follow":
        condition["moderator_user_id"] = account_id
    asked = {
        "type": type,
        "version": VERSIONS.get(type, "1"),
        "condition": condition,
        "transport": {"method": "webhook", "callback": callback, "secret": secret},
    }
    try:
        answer = _ask(method="POST", now=now, json=asked)
    except CallRefused as refusal:
        if "409" not in refusal.detail:
            raise
        _remove_same(type, account_id, now)  # of an attempt whose answer was lost: its secret is another
        answer = _ask(method="POST", now=now, json=asked)
    rows = read_records(answer, "data")
    remote_id = read_text(rows[0], "id") if rows else ""
    if not remote_id:
        raise BadAnswer(platform=TWITCH, detail="no subscription")
    return Asked(
        remote_id=remote_id,
        state=_STATES.get(read_text(rows[0], "status"), SubscriptionState.FAILED),
        cost=read_count(rows[0], "cost") or 0,
        condition=condition,
    )


def _remove_same(kind: str, account_id: str, now: datetime) -> None:
    for row in _list_rows(now, {"type": kind}):
        if read_text(row, "condition", "broadcaster_user_id") == account_id:
            unsubscribe(remote_id=read_text(row, "id"), callback="", secret="", now=now)


def unsubscribe(*, remote_id: str, callback: str, secret: str, now: datetime) -> None:
    """End a subscription; one that is gone counts as ended.

    Raises:
        PlatformError: of its kinds.
    """
    try:
        _ask(method="DELETE", now=now, params={"id": remote_id})
    except GoneUpstream:
        return


def list_remote(*, now: datetime) -> set[str]:
    """Return the ids of every subscription of ours that is alive or waits for its handshake."""
    return {read_text(row, "id") for row in _list_rows(now, {}) if read_text(row, "status") in _STATES}


def _list_rows(now: datetime, params: dict[str, str]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    cursor = ""
    for _ in range(200):
        page = _ask(method="GET", now=now, params={**params, **({"after": cursor} if cursor else {})})
        rows += read_records(page, "data")
        cursor = read_text(page, "pagination", "cursor")
        if not cursor:
            break
    return rows


SUBSCRIPTIONS = SubscriptionClient(wanted=WANTED, subscribe=subscribe, unsubscribe=unsubscribe, list_remote=list_remote)
