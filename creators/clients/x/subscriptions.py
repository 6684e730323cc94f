"""X's Activity API: one webhook of the app, and a subscription for each kind of event of each user."""

from datetime import datetime

from django.conf import settings

from creators.clients.errors import BadAnswer, CallRefused, GoneUpstream
from creators.clients.subscriptions import Asked, SubscriptionClient, Wanted
from creators.clients.x.api import X, ask_x
from creators.enums import SubscriptionState
from creators.normalisers.reading import read_records, read_text

PATH = "activity/subscriptions"
WANTED = (Wanted(type="post.create"), Wanted(type="post.delete"), Wanted(type="oauth.revoke"))


def _get_bearer() -> str:
    if not settings.TWITTER_BEARER_TOKEN:
        raise CallRefused(platform=X, detail="no bearer token of the app")
    return str(settings.TWITTER_BEARER_TOKEN)


def subscribe(*, account_id: str, type: str, callback: str, secret: str, now: datetime) -> Asked:  # noqa: A002  the wire's word
    """Ask for one kind of event of one user, sent to the app's webhook, which is made where it is missing.

    Raises:
        PlatformError: of its kinds.
    """
    address = callback.partition("?")[0]  # one webhook for the app: X knows no other
    condition = {"user_id": account_id}
    asked = {"event_type": type, "filter": condition, "webhook_id": _ensure_webhook(address, now)}
    answer = ask_x(method="POST", path=PATH, token=_get_bearer(), now=now, json=asked)
    rows = read_records(answer, "data", "subscription") or read_records(answer, "data")
    remote_id = (read_text(rows[0], "subscription_id") or read_text(rows[0], "id")) if rows else ""
    if not remote_id:
        raise BadAnswer(platform=X, detail="no subscription")
    return Asked(remote_id=remote_id, state=SubscriptionState.ENABLED, condition=condition)


def _ensure_webhook(address: str, now: datetime) -> str:
    """Return the id of the app's webhook; X checks the address by a CRC while it is made or made valid again."""
    known = ask_x(method="GET", path="webhooks", token=_get_bearer(), now=now)
    for row in read_records(known, "data"):
        if read_text(row, "url") == address:
            if row.get("valid") is False:
                ask_x(method="PUT", path=f"webhooks/{read_text(row, 'id')}", token=_get_bearer(), now=now)
            return read_text(row, "id")
    made = ask_x(method="POST", path="webhooks", token=_get_bearer(), now=now, json={"url": address})
    webhook_id = read_text(made, "data", "id") or read_text(made, "id")
    if not webhook_id:
        raise BadAnswer(platform=X, detail="no webhook")
    return webhook_id


def unsubscribe(*, remote_id: str, callback: str, secret: str, now: datetime) -> None:
    """End a subscription; one that is gone counts as ended."""
    try:
        ask_x(method="DELETE", path=f"{PATH}/{remote_id}", token=_get_bearer(), now=now)
    except GoneUpstream:
        return


def check_callback(*, callback: str, now: datetime) -> bool:
    """Tell whether X holds the app's webhook for valid; if not, it is asked for a CRC.

    Raises:
        PlatformError: of its kinds.
    """
    for row in read_records(ask_x(method="GET", path="webhooks", token=_get_bearer(), now=now), "data"):
        if read_text(row, "url") == callback and row.get("valid") is False:
            ask_x(method="PUT", path=f"webhooks/{read_text(row, 'id')}", token=_get_bearer(), now=now)
            return False
    return True


SUBSCRIPTIONS = SubscriptionClient(
    wanted=WANTED, subscribe=subscribe, unsubscribe=unsubscribe, check_callback=check_callback
)
