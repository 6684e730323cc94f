"""The secret a delivery must be signed with, where each subscription has its own."""

from creators.clients.signatures import DeliveryRefused
from creators.enums import SubscriptionState
from creators.models import WebhookSubscription
from veri.platform.secrets.keys import SecretUnreadable

_LONGEST_ID = 18


def find_secret(*, platform: str, subscription_id: str, remote_id: str = "") -> tuple[int, str]:
    """Return our id and the secret of the subscription a delivery names: ours, else the platform's.

    Raises:
        DeliveryRefused: there is none such, or it was ended.
    """
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
        return found.pk, found.secret.reveal()
    except SecretUnreadable as error:
        raise DeliveryRefused("unknown_subscription") from error
