"""All four platforms through real processes: connect, read, webhook, refreshed token, revoke, erase."""

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from creators.enums import PrivacyState
from creators.models import (
    AccountSnapshot,
    ConnectionToken,
    ContentItem,
    ContentSnapshot,
    Creator,
    Interaction,
    PlatformConnection,
    PrivacyRequest,
    SyncRun,
    User,
    WebhookDelivery,
    WebhookSubscription,
)
from creators.tasks import process_privacy_requests_task
from memory.models import Memory
from tests.creators.platforms.conftest import RETURN
from tests.creators.platforms.test_whole_way import SUBSCRIPTIONS, build_event
from tests.fakes.platforms import Platforms, list_variables, run_platforms
from tests.faults.conftest import build_variables, wait_until
from veri.demo.processes import Processes
from veri.platform.connections.redis import get_redis

pytestmark = [pytest.mark.xdist_group("driving"), pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
NAMES = ("youtube", "twitch", "x", "tiktok")
PASSWORD = "correct-horse-battery"
PATIENCE = 60


@pytest.fixture
def platforms() -> Iterator[Platforms]:
    with run_platforms() as running:
        running.gateway.sends = True
        yield running


@pytest.fixture
def address(transactional_db, platforms, tmp_path) -> Iterator[str]:
    """Web and worker on the test's stores, and the platforms behind their gateway."""
    get_redis().flushdb()
    now = timezone.now()
    owner = User.objects.create(username="ana", password=make_password(PASSWORD))
    Creator.objects.create(owner=owner, handle="lumenkitchen", display_name="Lumen", created_at=now, updated_at=now)
    variables = build_variables(mongo_url=django_settings.MONGODB_URIS[0]) | list_variables(platforms.gateway.url)
    own = f"http://{variables['BIND']}"
    processes = Processes(logs=tmp_path, variables=variables | {"PUBLIC_URL": own, "CONNECT_RETURN_URLS": RETURN})
    platforms.tiktok.callback = f"{own}/webhooks/tiktok"
    for name in ("web", "worker"):
        processes.start(name)
    try:
        yield processes.wait_for_web()
    finally:
        processes.kill_all()


def connect(api, platforms, platform):
    started = api.post(f"/api/v1/connections/{platform}/start", json={"creator": "lumenkitchen", "return_to": RETURN})
    assert started.status_code == 201, started.text
    with httpx.Client(trust_env=False) as browser:
        asked = browser.get(started.json()["url"]).headers["location"]
        answered = browser.get(f"{platforms.gateway.url}/{asked.removeprefix('https://')}").headers["location"]
        told = browser.get(answered).headers["location"]
    assert "status=ok" in told, told
    return int(re.search(r"connection=(\d+)", told)[1])


def erase(pk):
    """Let the worker end an erasure, two minutes after its rows are gone; nothing of the creator stays."""
    requests = PrivacyRequest.objects.filter(pk=pk)
    wait_until(lambda: requests.get().removed_at, seconds=PATIENCE)
    wait_until(lambda: requests.get().state == PrivacyState.WAITING, seconds=PATIENCE)
    before = timezone.now() - timedelta(minutes=3)
    requests.update(removed_at=before, next_at=before)
    process_privacy_requests_task.delay()
    wait_until(lambda: requests.get().state == PrivacyState.DONE, seconds=PATIENCE)
    models = (User, Creator, PlatformConnection, Interaction, ContentItem, WebhookDelivery, AccountSnapshot, Memory)
    assert [one.objects.count() for one in models] == [0] * len(models)


def count_runs(state="done"):
    return SyncRun.objects.filter(state=state).count()


def test_four_platforms_live_through_real_processes(address, platforms):
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as api:
        token = api.post("/api/v1/auth/token", json={"username": "ana", "password": PASSWORD}).json()["token"]
        api.headers["Authorization"] = f"Token {token}"
        connections = {platform: connect(api, platforms, platform) for platform in NAMES}

        wait_until(lambda: count_runs() == 4, seconds=PATIENCE)
        enabled = WebhookSubscription.objects.filter(state="enabled")
        wait_until(lambda: enabled.count() == sum(SUBSCRIPTIONS.values()), seconds=PATIENCE)
        wait_until(lambda: all(one["valid"] for one in platforms.x.webhooks.values()), seconds=PATIENCE)
        assert AccountSnapshot.objects.count() == 4
        assert ContentSnapshot.objects.count() == 4 * 12

        now = timezone.now()
        kinds = set()
        for platform in NAMES:
            call, _, kind = build_event(platforms, platform, platforms.world.get(platform), now)
            assert call.send() == 204
            kinds.add(kind)
        heard = Interaction.objects.filter(type__in=kinds)
        wait_until(lambda: heard.count() == 4, seconds=PATIENCE)
        wait_until(Memory.objects.exists, seconds=PATIENCE)

        ConnectionToken.objects.update(expires_at=now - timedelta(minutes=1))
        for pk in connections.values():
            assert api.post(f"/api/v1/connections/{pk}/sync").status_code == 202
        wait_until(lambda: count_runs() >= 8, seconds=PATIENCE)
        assert [getattr(platforms, one).issuer.refreshed for one in NAMES] == [1, 1, 1, 1]
        assert {one["health"] for one in api.get("/api/v1/creators/lumenkitchen/connections").json()["results"]} == {
            "good"
        }

        for pk in connections.values():
            assert api.delete(f"/api/v1/connections/{pk}").status_code == 204
        wait_until(lambda: not WebhookSubscription.objects.exists(), seconds=PATIENCE)
        revoked = set(PlatformConnection.objects.values_list("state", flat=True))
        asked = api.post("/api/v1/privacy/requests", json={"kind": "erasure", "password": PASSWORD})
        assert asked.status_code == 202, asked.text
        assert api.get("/api/v1/me").status_code == 401
    erase(int(asked.json()["id"]))
    assert not ConnectionToken.objects.exists()
    assert revoked == {"revoked"}
    for platform in NAMES:
        assert all(one.is_over for one in getattr(platforms, platform).issuer.grants if one.account_id)
    assert (platforms.twitch.subscriptions, platforms.x.subscriptions, platforms.youtube.leases) == ({}, {}, {})
