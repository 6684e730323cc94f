"""WebSub: the hub is asked for a topic, confirms by a GET of its own, and the lease must be renewed."""

from datetime import datetime, timedelta

from creators.clients.errors import CallRefused, PlatformUnavailable
from creators.clients.subscriptions import Asked, SubscriptionClient, Wanted
from creators.clients.transport import call
from creators.clients.youtube.webhooks import TOPIC
from creators.enums import SubscriptionState

HUB = "https://pubsubhubbub.appspot.com/subscribe"
LEASE = timedelta(days=10)
YOUTUBE = "youtube"


def subscribe(*, account_id: str, type: str, callback: str, secret: str, now: datetime) -> Asked:  # noqa: A002  the wire's word
    """Ask the hub for a channel's feed, or for a longer lease of it.

    Raises:
        PlatformError: of its kinds.
    """
    topic = f"{TOPIC}{account_id}"
    _ask("subscribe", topic, callback, secret)
    return Asked(remote_id=topic, state=SubscriptionState.PENDING, condition={"channel_id": account_id})


def unsubscribe(*, remote_id: str, callback: str, secret: str, now: datetime) -> None:
    """Ask the hub to stop; it asks back whether that is meant."""
    _ask("unsubscribe", remote_id, callback, secret)


def _ask(mode: str, topic: str, callback: str, secret: str) -> None:
    form = {
        "hub.mode": mode,
        "hub.topic": topic,
        "hub.callback": callback,
        "hub.verify": "async",
        "hub.secret": secret,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }
    answer = call(platform=YOUTUBE, method="POST", url=HUB, form=form)
    if not answer.is_ok:
        kind = PlatformUnavailable if answer.status >= 500 else CallRefused  # noqa: PLR2004  failures of theirs
        raise kind(platform=YOUTUBE, detail=f"hub, status {answer.status}")


SUBSCRIPTIONS = SubscriptionClient(wanted=(Wanted(type="feed"),), subscribe=subscribe, unsubscribe=unsubscribe)
