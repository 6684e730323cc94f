from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from tests.fakes.smtp import run_smtp_server
from tests.fakes.webhook import run_webhook_server
from veri.platform.ops.enums import Channel
from veri.platform.ops.errors import TransactionRequired
from veri.platform.ops.models import Notification
from veri.platform.ops.services.delivery import deliver_notifications
from veri.platform.ops.services.notifications import (
    LEASE,
    claim_notifications,
    compute_delay,
    purge_notifications,
    queue_alert,
    queue_notification,
    retry_notifications,
    settle_sent,
)


@pytest.fixture
def smtp(settings):
    with run_smtp_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


@pytest.fixture
def hook():
    with run_webhook_server() as server:
        yield server


def queue(**changes):
    fields = {"channel": Channel.EMAIL, "recipient": "ops@example.com", "subject": "Parity", "body": "7 differ"}
    return queue_notification(**{**fields, "now": timezone.now(), **changes})


def test_mail_is_sent_once(db, smtp):
    queue(subject="Parity\r\nBcc: eve@example.com")

    assert deliver_notifications() == (1, 0)
    assert deliver_notifications() == (0, 0)
    notice = Notification.objects.get()
    assert (notice.state, notice.attempts, notice.lease_until) == ("sent", 1, None)
    assert len(smtp.messages) == 1
    assert "Subject: Parity Bcc: eve@example.com" in smtp.messages[0]
    assert f"Message-ID: <notice-{notice.pk}@veri>" in smtp.messages[0]


def test_refused_mail_is_retried_with_growing_delay_then_dead(db, smtp):
    smtp.refuse_with = "550 no such user"
    queue()
    now = timezone.now()

    for attempt in range(1, 9):
        with time_machine.travel(now + timedelta(hours=2 * attempt), tick=False):
            assert deliver_notifications() == (0, 1)
        notice = Notification.objects.get()
        assert notice.attempts == attempt
        assert notice.state == ("dead" if attempt == 8 else "failed")
    assert "550" in notice.last_error
    assert smtp.messages == []


@pytest.mark.parametrize(("attempts", "longest"), [(1, 30), (2, 60), (7, 1920), (8, 3600), (20, 3600)])
def test_delay_doubles_up_to_an_hour(attempts, longest):
    delays = [compute_delay(attempts=attempts).total_seconds() for _ in range(50)]

    assert min(delays) >= longest / 2
    assert max(delays) <= longest


def test_webhook_is_signed(db, hook, settings):
    queue(channel=Channel.WEBHOOK, recipient=hook.url, dedup_key="parity:memories")

    assert deliver_notifications() == (1, 0)
    headers, body = hook.requests[0]
    payload = Webhook(settings.WEBHOOK_SECRET.encode()).verify(body, headers)
    assert payload["type"] == "veri.notice"
    assert payload["data"] == {
        "id": Notification.objects.get().pk,
        "subject": "Parity",
        "body": "7 differ",
        "key": "parity:memories",
    }


@pytest.mark.parametrize("status", [302, 400, 500])
def test_webhook_without_2xx_is_not_sent(db, hook, status):
    hook.status = status
    queue(channel=Channel.WEBHOOK, recipient=hook.url)

    assert deliver_notifications() == (0, 1)
    assert Notification.objects.get().state == "failed"
    assert len(hook.requests) == 1


def test_webhook_away_is_not_sent(db):
    queue(channel=Channel.WEBHOOK, recipient="http://127.0.0.1:1/")

    assert deliver_notifications() == (0, 1)
    assert "ConnectError" in Notification.objects.get().last_error


def test_open_notice_is_not_repeated_but_a_closed_one_is(db, smtp):
    assert queue(dedup_key="k")
    assert not queue(dedup_key="k")
    assert queue(dedup_key="k", recipient="other@example.com")
    assert Notification.objects.count() == 2

    deliver_notifications()

    assert queue(dedup_key="k")


def test_abandoned_claim_is_taken_over_and_the_late_holder_settles_nothing(db):
    queue()
    now = timezone.now()
    late = claim_notifications(now=now)[0]

    assert claim_notifications(now=now + LEASE) == []
    again = claim_notifications(now=now + LEASE + timedelta(seconds=1))

    assert [notice.pk for notice in again] == [late.pk]
    assert not settle_sent(notification=late, now=now)
    assert settle_sent(notification=again[0], now=now)


@pytest.mark.django_db(transaction=True)
def test_queueing_outside_a_transaction_refused():
    assert not connection.in_atomic_block
    with pytest.raises(TransactionRequired):
        queue()
    assert Notification.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_notice_goes_with_its_transaction():
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)

    assert Notification.objects.count() == 0


def test_alert_reaches_everybody_configured(db, settings):
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = ["a@example.com", "b@example.com"], "https://example.com/h"

    assert queue_alert(subject="s", body="b", now=timezone.now(), dedup_key="k") == 3
    assert queue_alert(subject="s", body="b", now=timezone.now(), dedup_key="k") == 0


def test_dead_notice_is_retried_unless_an_open_twin_exists(db):
    queue(dedup_key="k")
    Notification.objects.update(state="dead", attempts=8)
    dead = Notification.objects.get()
    queue(dedup_key="k")
    twin = Notification.objects.exclude(pk=dead.pk).get()

    assert retry_notifications(notification_ids=[dead.pk], now=timezone.now()) == 0
    twin.delete()
    assert retry_notifications(notification_ids=[dead.pk], now=timezone.now()) == 1
    assert Notification.objects.get().attempts == 0


def test_purge_keeps_open_notices(db):
    queue()
    queue()
    closed = Notification.objects.first()
    Notification.objects.filter(pk=closed.pk).update(state="dead")

    assert purge_notifications(notification_ids=list(Notification.objects.values_list("pk", flat=True))) == 1
    assert Notification.objects.get().state == "pending"
