"""Accepting webhooks: Twitch deliveries through the whole of Django, beside a bare view and a bare INSERT.

Each delivery is signed, has a message id of its own and ends as a row and an event. Latency is of one process that does
nothing else; the rate is of two, one for each core, on PostgreSQL that writes durably.
"""

import hashlib
import hmac
import io
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

import orjson
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.utils import timezone

from creators.models import Creator, PlatformConnection, User, WebhookDelivery, WebhookSubscription
from tests.bench.measuring import Figure, at_least, at_most, compare, get_percentile, judge
from tests.bench.tables import empty_stores
from veri.platform.events.models import Event
from veri.settings.env import BASE_DIR

WARM_UP, MEASURED = 200, 2_000
PROCESSES, SECONDS = 2, 8.0
P95_MS = at_most(10)
RATE = at_least(500)
SECRET = "a-secret-of-the-bench-that-nobody-else-knows"


def measure() -> list[Figure]:
    empty_stores()
    subscription = prepare_subscription()
    send = build_sender(subscription.pk, word="latency")
    for _ in range(WARM_UP):
        send()
    application = get_wsgi_application()
    accepted, bare_view, bare_insert = [], [], []
    for number in range(MEASURED):
        accepted.append(_time(send))
        bare_view.append(_time(lambda: _view_nothing(application)))
        bare_insert.append(_time(lambda number=number: _insert(number)))  # type: ignore[misc]  # bound at once
    kept = WebhookDelivery.objects.filter(message_id__startswith="latency").count()
    assert kept == WARM_UP + MEASURED == Event.objects.filter(name="webhook.received").count()
    return [
        judge(name="webhook accepted: p95", value=get_percentile(accepted, 95), unit="ms", bound=P95_MS),
        compare(
            name="webhook accepted: p50",
            value=median(accepted),
            unit="ms",
            reference_name="ms a view that does nothing",
            reference=median(bare_view),
        ),
        Figure(name="one INSERT in a transaction: p50", value=median(bare_insert), unit="ms"),
        _measure_rate(subscription.pk),
    ]


def prepare_subscription() -> WebhookSubscription:
    now = timezone.now()
    owner = User.objects.create_user(username="bench")
    creator = Creator.objects.create(owner=owner, handle="bench", created_at=now, updated_at=now)
    made = PlatformConnection.objects.create(
        creator=creator, platform="twitch", account_id="1337", state="active", created_at=now
    )
    return WebhookSubscription.objects.create(
        connection=made, platform="twitch", type="channel.follow", remote_id="remote", secret=SECRET, state="enabled",
        created_at=now, updated_at=now,
    )  # fmt: skip


def build_sender(subscription_id: int, *, word: str) -> Callable[[], None]:
    """Return a call that has the whole of Django accept one new delivery."""
    application = get_wsgi_application()
    numbers = iter(range(10**9))
    place = ("POST", "/webhooks/twitch", f"subscription={subscription_id}")
    event = {"user_id": "1234", "broadcaster_user_id": "1337", "followed_at": "2026-11-01T12:00:00Z"}
    condition = {"broadcaster_user_id": "1337"}
    subscription = {"id": "remote", "type": "channel.follow", "condition": condition}
    body = orjson.dumps({"subscription": subscription, "event": event})

    def send() -> None:
        message_id = f"{word}-{next(numbers)}"
        stamp = f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%S}.123456789Z"
        digest = hmac.new(SECRET.encode(), f"{message_id}{stamp}".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "HTTP_TWITCH_EVENTSUB_MESSAGE_ID": message_id,
            "HTTP_TWITCH_EVENTSUB_MESSAGE_TIMESTAMP": stamp,
            "HTTP_TWITCH_EVENTSUB_MESSAGE_TYPE": "notification",
            "HTTP_TWITCH_EVENTSUB_MESSAGE_SIGNATURE": f"sha256={digest}",
        }
        status = _request(application, place, body=body, headers=headers)
        assert status.startswith("204"), status

    return send


def _request(
    application: Any, place: tuple[str, str, str], *, body: bytes = b"", headers: dict[str, str] | None = None
) -> str:
    method, path, query = place
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/json", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "HTTP_HOST": "localhost",
        "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr, "wsgi.multithread": False,
        "wsgi.multiprocess": True, "wsgi.run_once": False, **(headers or {}),
    }  # fmt: skip
    told: list[str] = []
    answer = application(environ, lambda status, _headers, _error=None: told.append(status))
    b"".join(answer)
    answer.close()
    return told[0]


def _view_nothing(application: Any) -> None:
    assert _request(application, ("GET", "/health/live", "")).startswith("200")


def _insert(number: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO creators_webhookdelivery (platform, message_id, kind, account_id, headers, body, received_at,"
            " state, error) VALUES ('x', %s, '', '', '{}', ''::bytea, now(), 'ignored', '')",
            [f"bare-{number}"],
        )


def _time(call: Callable[[], None]) -> float:
    started = time.perf_counter()
    call()
    return (time.perf_counter() - started) * 1000


def _measure_rate(subscription_id: int) -> Figure:
    """Let two processes accept as fast as they can, at the same time."""
    command = [sys.executable, "-m", "tests.bench.webhook_process", str(subscription_id), str(SECONDS)]
    running = [
        subprocess.Popen([*command, f"process{number}"], cwd=BASE_DIR, stdout=subprocess.PIPE)
        for number in range(PROCESSES)
    ]
    outputs = [process.communicate(timeout=120)[0] for process in running]
    assert all(process.returncode == 0 for process in running)
    counted = [orjson.loads(output) for output in outputs]
    rate = sum(one["accepted"] / one["seconds"] for one in counted)
    kept = WebhookDelivery.objects.filter(message_id__startswith="process").count()
    assert kept == sum(one["accepted"] for one in counted)
    return judge(
        name=f"webhooks accepted by {PROCESSES} processes",
        value=rate,
        unit="deliveries/s",
        bound=RATE,
        note=f"{kept:,} in {SECONDS:g} s, each a row and an event; debug {'on' if settings.DEBUG else 'off'}",
    )
