"""Connect → first sync → webhook → refresh → revoke, on each platform."""

from datetime import timedelta

import pytest
from django.utils import timezone

from creators.enums import ConnectionHealth, SubscriptionState
from creators.models import (
    AccountSnapshot,
    ConnectionToken,
    ContentItem,
    ContentSnapshot,
    Interaction,
    PlatformConnection,
    SyncPlan,
    WebhookSubscription,
)
from creators.queries.connections import tell_health
from creators.services.connections.tokens import get_access_token
from creators.services.webhooks.subscribing import keep_subscriptions
from tests.creators.platforms.conftest import connect, play, play_all, process_all, read

pytestmark = pytest.mark.django_db(transaction=True)
ROTATING = {"twitch", "x", "tiktok"}
SUBSCRIPTIONS = {"youtube": 1, "twitch": 6, "x": 3, "tiktok": 0}


def build_event(platforms, platform, account, now):
    """Return a call about something new of an account, and how its interaction is known."""
    if platform == "youtube":
        item = account.publish(title="Something new", at=now)
        call = platforms.youtube.build_entry(account=account, item=item, updated=now)
        return call, f"{item.id}@{now.isoformat()}", "feed.entry"
    if platform == "twitch":
        event = {"user_id": "1234", "user_login": "fan", "user_name": "Fan", "broadcaster_user_id": account.id,
                 "broadcaster_user_login": account.name, "broadcaster_user_name": account.name, "tier": "1000",
                 "is_gift": False}  # fmt: skip
        call = platforms.twitch.build_event(kind="channel.subscribe", account=account, event=event, at=now)
        return call, call.headers["Twitch-Eventsub-Message-Id"], "channel.subscribe"
    if platform == "x":
        item = account.publish(title="Something new", at=now)
        call = platforms.x.build_post_event(account=account, item=item)
        return call, None, "post.create"
    call = platforms.tiktok.build_webhook(
        account=account, event="video.publish.completed", content={"share_id": "video.1"}, at=now
    )
    return call, None, "video.publish.completed"


@pytest.mark.parametrize("platform", ["youtube", "twitch", "x", "tiktok"])
def test_a_connection_lives_and_ends(client, creator, platforms, platform):
    now = timezone.now()
    account = platforms.world.get(platform)
    issuer = getattr(platforms, platform).issuer

    connection = connect(client, creator, platforms, platform)
    assert (connection.account_id, connection.state, connection.missing_scopes) == (account.id, "active", [])
    assert keep_subscriptions(now=now) == SUBSCRIPTIONS[platform]
    play_all(platforms)
    states = set(WebhookSubscription.objects.values_list("state", flat=True))
    assert states == ({SubscriptionState.ENABLED} if SUBSCRIPTIONS[platform] else set())

    run = read(connection, at=now)
    assert (run.state, run.kind, run.items, run.error) == ("done", "first", 12, "")
    assert AccountSnapshot.objects.get().followers == account.followers
    assert ContentSnapshot.objects.count() == ContentItem.objects.count() == 12
    newest = ContentItem.objects.get(external_id=account.items[0].id)
    assert (newest.metrics["views"], newest.published_at) == (account.items[0].views, account.items[0].published_at)

    call, external_id, kind = build_event(platforms, platform, account, now)
    assert play(call).status_code == 204
    assert process_all(now) == ["processed"]
    found = Interaction.objects.get(type=kind)
    assert external_id is None or found.external_id == external_id

    access = ConnectionToken.objects.get().access.reveal()
    later = now + timedelta(days=1)
    refreshed = get_access_token(connection_id=connection.pk, now=later)
    assert (refreshed != access, issuer.refreshed) == (True, 1)
    account.move()
    run = read(connection, at=later)
    assert (run.state, run.kind, run.error) == ("done", "scheduled", "")
    newest.refresh_from_db()
    assert newest.metrics["views"] == next(one for one in account.items if one.id == newest.external_id).views
    assert AccountSnapshot.objects.count() == 2

    assert client.delete(f"/api/v1/connections/{connection.pk}").status_code == 204
    assert not ConnectionToken.objects.exists()
    assert not SyncPlan.objects.exists()
    assert all(grant.is_over for grant in issuer.grants if grant.account_id)
    connection = PlatformConnection.objects.get()
    assert (connection.state, tell_health(connection)) == ("revoked", ConnectionHealth.DISCONNECTED)
    keep_subscriptions(now=later)
    assert not WebhookSubscription.objects.exists()
    assert read(connection, at=later) is None
