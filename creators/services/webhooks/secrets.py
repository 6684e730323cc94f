"""The secret a delivery must be signed with, where each subscription has its own."""

import time
from dataclasses import dataclass, field, replace

from creators.clients.signatures import DeliveryRefused
from creators.enums import SubscriptionState
from creators.models import WebhookSubscription
from veri.platform.secrets.keys import SecretUnreadable

REMEMBERED_SECONDS = 10.0
MOST_REMEMBERED = 20_000
_LONGEST_ID = 18


@dataclass(frozen=True, kw_only=True)
class FoundSecret:
    """Our id of the subscription, its secret, and whether this process remembered it."""

    subscription_id: int
    secret: str = field(repr=False)
    is_remembered: bool = False


_remembered: dict[tuple[str, str, str], tuple[FoundSecret, float]] = {}


def find_secret(*, platform: str, subscription_id: str, remote_id: str = "", is_fresh: bool = False) -> FoundSecret:
    """Return the secret of the subscription a delivery names by our id, else by the platform's.

    A process remembers it for ten seconds: a busy channel sends many. An ended one is believed no longer than that, and
    what it sends then is ignored for its connection's state.

    Raises:
        DeliveryRefused: there is none such, or it was ended.
    """
    name = (platform, subscription_id, remote_id)
    known, until = _remembered.get(name, (None, 0.0))
    if known and until > time.monotonic() and not is_fresh:
        return replace(known, is_remembered=True)
    found = _read(platform, subscription_id, remote_id)
    if len(_remembered) >= MOST_REMEMBERED:
        _remembered.clear()
    _remembered[name] = (found, time.monotonic() + REMEMBERED_SECONDS)
    return found


def _read(platform: str, subscription_id: str, remote_id: str) -> FoundSecret:
    rows = WebhookSubscription.objects.filter(platform=platform).exclude(state=SubscriptionState.REVOKED)
    is_number = subscription_id.isascii() and subscription_id.isdigit() and len(subscription_id) <= _LONGEST_ID
    if is_number:
        rows = rows.filter(pk=subscription_id)
    elif remote_id and "\0" not in remote_id and not subscription_id:
        rows = rows.filter(remote_id=remote_id)
    else:
        raise DeliveryRefused("unknown_subscription")
    found = rows.only("pk", "secret").first()
    if found is None or not found.secret:
        raise DeliveryRefused("unknown_subscription")
    try:
        return FoundSecret(subscription_id=found.pk, secret=found.secret.reveal())
    except SecretUnreadable as error:
        raise DeliveryRefused("unknown_subscription") from error
