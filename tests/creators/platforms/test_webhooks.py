"""Deliveries at the door: what is kept, what is refused, and that nothing is there twice."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from creators.enums import ConnectionState, SubscriptionState
from creators.models import (
    ConnectionToken,
    Interaction,
    PlatformConnection,
    QuotaWindow,
    SyncPlan,
    WebhookDelivery,
    WebhookSubscription,
)
from creators.services.webhooks.accepting import LARGEST
from creators.services.webhooks.purging import remove_old_deliveries
from creators.services.webhooks.replaying import replay_deliveries
from creators.services.webhooks.subscribing import keep_subscriptions, repair_subscriptions
from tests.creators.platforms.conftest import connect, play, play_all, process_all
from tests.fakes.frame import reply
from veri.platform.events.models import Event
from veri.platform.ops.models import AuditEntry, Notification
from veri.platform.ops.registry import run_deep_checks

pytestmark = pytest.mark.django_db
EVENT = {"user_id": "7", "user_login": "fan", "user_name": "Fan", "tier": "1000", "is_gift": False}


@pytest.fixture
def twitch(client, creator, platforms):
    """A connected Twitch account with its subscriptions."""
    connect(client, creator, platforms, "twitch")
    keep_subscriptions(now=timezone.now())
    play_all(platforms)
    return platforms.twitch


def build(twitch, *, at=None):
    account = twitch.world.get("twitch")
    event = EVENT | {"broadcaster_user_id": account.id, "broadcaster_user_login": account.name}
    return twitch.build_event(kind="channel.subscribe", account=account, event=event, at=at or timezone.now())


def count():
    return WebhookDelivery.objects.count(), Event.objects.filter(name="webhook.received").count()


def test_delivery_is_kept_as_received_and_announced_with_it(twitch):
    call = build(twitch)
    assert play(call).status_code == 204
    row = WebhookDelivery.objects.get()
    assert (bytes(row.body), row.kind, row.state) == (call.body, "channel.subscribe", "pending")
    assert Event.objects.get(name="webhook.received").payload == {"webhook_id": row.pk}


def test_same_message_twice_is_there_once(twitch):
    call = build(twitch)
    assert [play(call).status_code for _ in range(2)] == [204, 204]
    assert count() == (1, 1)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Twitch-Eventsub-Message-Signature": "sha256=" + "0" * 64}, 403),
        ({"Twitch-Eventsub-Message-Id": "another"}, 403),
        ({"Twitch-Eventsub-Message-Signature": ""}, 400),
        ({"Twitch-Eventsub-Message-Timestamp": "yesterday"}, 403),
    ],
)
def test_forged_delivery_is_refused_and_leaves_nothing(twitch, changes, status):
    assert play(build(twitch), header_changes=changes).status_code == status
    assert count() == (0, 0)


def test_rewritten_stale_and_oversized_deliveries_leave_nothing(twitch):
    call = build(twitch)
    assert play(call, body=json.dumps(json.loads(call.body), indent=1).encode()).status_code == 403
    assert play(build(twitch, at=timezone.now() - timedelta(minutes=11))).status_code == 403
    assert play(call, body=b" " * (LARGEST + 1)).status_code == 413
    call.url = call.url.rpartition("=")[0] + "=999999"
    assert play(call).status_code == 403
    assert count() == (0, 0)


def test_subscription_is_found_by_the_platforms_id_where_the_address_does_not_tell(twitch):
    call = build(twitch)
    call.url = "http://testserver/webhooks/twitch"
    assert play(call).status_code == 204


def test_delivery_of_another_subscriptions_secret_is_refused(twitch):
    call = build(twitch)
    other = WebhookSubscription.objects.get(type="channel.cheer")
    call.url = f"http://testserver/webhooks/twitch?subscription={other.pk}"
    assert play(call).status_code == 403
    assert count() == (0, 0)


def test_replay_by_staff_adds_nothing(twitch, owner):
    play(build(twitch))
    assert process_all(timezone.now()) == ["processed"]
    assert replay_deliveries(webhook_ids=[WebhookDelivery.objects.get().pk], acting_user=owner, now=timezone.now()) == 1
    assert process_all(timezone.now()) == ["processed"]
    assert Interaction.objects.count() == 1
    assert AuditEntry.objects.filter(action="webhooks.replayed").count() == 1


def test_revoked_authorization_ends_connection_and_tokens(twitch):
    account = twitch.world.get("twitch")
    play(
        twitch.build_revocation(
            kind="channel.follow", account=account, status="authorization_revoked", at=timezone.now()
        )
    )
    process_all(timezone.now())
    connection = PlatformConnection.objects.get()
    assert (connection.state, connection.state_reason) == (ConnectionState.REVOKED, "revoked_on_platform")
    assert not ConnectionToken.objects.exists()
    assert Event.objects.filter(name="connection.changed").last().payload["state"] == "revoked"


def test_lost_subscription_is_made_anew(twitch):
    account = twitch.world.get("twitch")
    play(
        twitch.build_revocation(
            kind="stream.online", account=account, status="notification_failures_exceeded", at=timezone.now()
        )
    )
    process_all(timezone.now())
    assert PlatformConnection.objects.get().state == ConnectionState.ACTIVE
    assert keep_subscriptions(now=timezone.now()) == 1
    play_all(twitch)
    assert WebhookSubscription.objects.get(type="stream.online").state == SubscriptionState.ENABLED


def test_comparison_finds_what_the_platform_lost_and_ends_what_nobody_knows(twitch):
    lost = next(iter(twitch.subscriptions))
    twitch.subscriptions["stranger"] = {**twitch.subscriptions.pop(lost), "id": "stranger"}
    later = timezone.now() + timedelta(hours=2)
    assert repair_subscriptions(now=later) == 1
    assert "stranger" not in twitch.subscriptions
    assert WebhookSubscription.objects.get(remote_id=lost).state == SubscriptionState.FAILED


def test_callback_x_does_not_believe_raises_the_alarm_and_is_checked_again(client, creator, platforms, settings):
    settings.ALERT_EMAILS = ["ops@veri.example"]
    connect(client, creator, platforms, "x")
    keep_subscriptions(now=timezone.now())
    play_all(platforms)
    repair_subscriptions(now=timezone.now())
    assert Notification.objects.count() == 0
    (hook,) = platforms.x.webhooks.values()
    hook["valid"] = False
    repair_subscriptions(now=timezone.now())
    assert "webhook for invalid" in Notification.objects.get().subject
    play_all(platforms)
    assert hook["valid"]


def test_health_tells_of_unprocessed_deliveries_and_late_readings(twitch):
    checks = run_deep_checks()
    assert (checks["webhooks"].ok, checks["platform_reading"].ok) == (True, True)
    play(build(twitch))
    WebhookDelivery.objects.update(received_at=timezone.now() - timedelta(minutes=11))
    SyncPlan.objects.update(next_due_at=timezone.now() - timedelta(hours=3))
    checks = run_deep_checks()
    assert (checks["webhooks"].ok, checks["platform_reading"].ok) == (False, False)


def test_deliveries_go_after_a_month(twitch):
    play(build(twitch))
    assert remove_old_deliveries(now=timezone.now() + timedelta(days=29)) == 0
    assert remove_old_deliveries(now=timezone.now() + timedelta(days=31)) == 1


def test_connection_without_tokens_is_asked_for_nothing(creator, platforms):
    PlatformConnection.objects.create(
        creator=creator, platform="twitch", account_id="1", state="active", created_at=timezone.now()
    )
    assert keep_subscriptions(now=timezone.now()) == 0
    assert platforms.gateway.asked == []


def test_failing_platform_is_asked_again_later(client, creator, platforms):
    connect(client, creator, platforms, "twitch")
    platforms.gateway.script("POST api.twitch.tv/helix/eventsub/subscriptions", *[reply(503)] * 6)
    now = timezone.now()
    assert keep_subscriptions(now=now) == 0
    assert set(WebhookSubscription.objects.values_list("state", "failures")) == {("failed", 1)}
    assert keep_subscriptions(now=now) == 0
    assert keep_subscriptions(now=now + timedelta(minutes=6)) == 6


def test_websub_answers_only_for_topics_we_asked_for(client, creator, platforms):
    connection = connect(client, creator, platforms, "youtube")
    asked = {"hub.mode": "subscribe", "hub.challenge": "word", "hub.lease_seconds": "864000"}
    topic = f"https://www.youtube.com/xml/feeds/videos.xml?channel_id={connection.account_id}"
    assert Client().get("/webhooks/youtube", asked | {"hub.topic": topic}).status_code == 404
    keep_subscriptions(now=timezone.now())
    answer = Client().get("/webhooks/youtube", asked | {"hub.topic": topic})
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"word", "text/plain")
    row = WebhookSubscription.objects.get()
    assert row.state == SubscriptionState.ENABLED
    assert timedelta(days=9) < row.lease_expires_at - timezone.now() <= timedelta(days=10)
    assert Client().get("/webhooks/youtube", asked | {"hub.topic": topic + "x"}).status_code == 404


def test_websub_lease_is_renewed_with_the_same_secret(client, creator, platforms):
    connect(client, creator, platforms, "youtube")
    now = timezone.now()
    keep_subscriptions(now=now)
    play_all(platforms)
    secret = WebhookSubscription.objects.get().secret.reveal()
    assert keep_subscriptions(now=now + timedelta(days=7)) == 0
    assert keep_subscriptions(now=now + timedelta(days=9)) == 1
    play_all(platforms)
    assert WebhookSubscription.objects.get().secret.reveal() == secret


def test_websub_forgery_is_acknowledged_and_ignored(client, creator, platforms):
    connect(client, creator, platforms, "youtube")
    keep_subscriptions(now=timezone.now())
    play_all(platforms)
    account = platforms.world.get("youtube")
    call = platforms.youtube.build_entry(account=account, item=account.items[0], updated=timezone.now())
    assert play(call, header_changes={"X-Hub-Signature": "sha1=" + "0" * 40}).status_code == 204
    assert count() == (0, 0)
    assert play(call).status_code == 204
    assert count() == (1, 1)


def test_deleted_video_reaches_the_record(client, creator, platforms):
    connect(client, creator, platforms, "youtube")
    keep_subscriptions(now=timezone.now())
    play_all(platforms)
    account = platforms.world.get("youtube")
    play(platforms.youtube.build_deletion(account=account, item=account.items[0], at=timezone.now()))
    assert process_all(timezone.now()) == ["processed"]
    assert Interaction.objects.get().type == "feed.deleted"
    assert SyncPlan.objects.get().must_list


def test_tiktok_and_x_tell_of_the_end_of_a_grant(client, creator, platforms):
    now = timezone.now()
    connect(client, creator, platforms, "tiktok")
    connect(client, creator, platforms, "x")
    keep_subscriptions(now=now)
    play_all(platforms)
    tiktok, x = platforms.world.get("tiktok"), platforms.world.get("x")
    removed = platforms.tiktok.build_webhook(
        account=tiktok, event="authorization.removed", content={"reason": 1}, at=now
    )
    assert play(removed).status_code == 204
    assert play(platforms.x.build_revocation(account=x, at=now)).status_code == 204
    assert process_all(now) == ["processed", "processed"]
    assert set(PlatformConnection.objects.values_list("state", flat=True)) == {"revoked"}
    assert not ConnectionToken.objects.exists()


def test_post_x_sends_is_paid_for_once(client, creator, platforms, owner):
    now = timezone.now()
    connect(client, creator, platforms, "x")
    keep_subscriptions(now=now)
    play_all(platforms)
    account = platforms.world.get("x")
    play(platforms.x.build_post_event(account=account, item=account.items[0]))
    process_all(now)
    replay_deliveries(webhook_ids=[WebhookDelivery.objects.get().pk], acting_user=owner, now=now)
    process_all(now)
    assert QuotaWindow.objects.get(bucket="dollars").used == 10_000 + 5_000


def test_crc_is_answered_and_needs_a_token(platforms):
    assert set(Client().get("/webhooks/x", {"crc_token": "t"}).json()) == {"response_token"}
    assert Client().get("/webhooks/x").status_code == 400


def test_unknown_doors_are_no_doors(platforms, settings):
    assert Client().post("/webhooks/myspace", b"{}", content_type="application/json").status_code == 404
    assert Client().get("/webhooks/twitch").status_code == 405
    settings.TWITTER_CONSUMER_SECRET = ""
    empty = {"HTTP_X_TWITTER_WEBHOOKS_SIGNATURE": "sha256=" + "A" * 43 + "="}
    assert Client().post("/webhooks/x", b"{}", content_type="application/json", **empty).status_code == 404


def test_unreadable_content_is_kept_as_failed(client, creator, platforms):
    connect(client, creator, platforms, "tiktok")
    body = b'{"event": "video.x", "create_time": "never", "user_openid": "%s", "content": "\\u0000"}'
    call = platforms.tiktok.sign(body % platforms.world.get("tiktok").id.encode(), at=timezone.now())
    assert play(call).status_code == 204
    assert process_all(timezone.now()) == ["failed"]
    assert WebhookDelivery.objects.get().error.startswith("DocumentRefused")
    assert Interaction.objects.count() == 0
