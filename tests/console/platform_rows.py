"""Rows of what connections, webhooks and readings leave behind."""

from creators.models import (
    ConnectionToken,
    ConnectTicket,
    MissingContent,
    PlatformConnection,
    QuotaWindow,
    SyncPlan,
    SyncRun,
    WebhookDelivery,
    WebhookSubscription,
)
from tests.conftest import NOW

SECRET = "a-secret-nobody-may-see"


def make_platform_rows(creator, item, *, number=1):
    connection = PlatformConnection.objects.create(
        creator=creator, platform="twitch", account_id=str(number), state="active", created_at=NOW
    )
    ConnectionToken.objects.create(
        connection=connection, access=SECRET, refresh=SECRET, expires_at=NOW, refreshed_at=NOW, last_error="unavailable"
    )
    ConnectTicket.objects.create(
        creator=creator, platform="twitch", asked_by=creator.owner, return_to="https://app.example/", session=SECRET,
        address_hash=f"hash-{number}", created_at=NOW, expires_at=NOW,
    )  # fmt: skip
    subscription = WebhookSubscription.objects.create(
        connection=connection, platform="twitch", type="stream.online", remote_id=f"r{number}", secret=SECRET,
        state="enabled", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    WebhookDelivery.objects.create(
        platform="twitch", message_id=f"m{number}", kind="stream.online", subscription=subscription, body=b"{}\xff",
        received_at=NOW,
    )  # fmt: skip
    SyncPlan.objects.create(connection=connection, next_due_at=NOW, cursor={"step": "list"})
    SyncRun.objects.create(connection=connection, platform="twitch", kind="first", started_at=NOW, micro_dollars=5_000)
    QuotaWindow.objects.create(
        platform="twitch", bucket=f"points{number}", starts_at=NOW, ends_at=NOW, used=number, limit=400
    )
    MissingContent.objects.get_or_create(content=item, defaults={"first_missed_at": NOW})
