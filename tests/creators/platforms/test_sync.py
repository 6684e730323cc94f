"""Reading: a page at a time, resumed where it stopped, within quotas, and honest about what it does not know."""

import itertools
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from creators.models import (
    AccountSnapshot,
    ConnectionToken,
    ContentItem,
    ContentSnapshot,
    Interaction,
    MissingContent,
    PlatformConnection,
    QuotaWindow,
    SyncPlan,
    SyncRun,
)
from creators.queries.connections import tell_health
from creators.services.sync.choosing import list_due_connections
from creators.services.sync.fetching import fetch_accounts
from creators.services.sync.purging import purge_old_youtube_data
from creators.services.sync.running import synchronise
from tests.creators.conftest import make_creator
from tests.creators.platforms.conftest import connect, read
from tests.fakes import tiktok, x, youtube
from tests.fakes.frame import Reply, drop, html, reply
from tests.fakes.platforms import list_variables
from tests.faults.conftest import build_variables
from veri.settings.env import BASE_DIR

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
VIDEOS = "GET www.googleapis.com/youtube/v3/videos"
UPLOADS = "GET www.googleapis.com/youtube/v3/playlistItems"
TIKTOK_USER = "GET open.tiktokapis.com/v2/user/info/"
CHANNEL = "GET www.googleapis.com/youtube/v3/channels"


def answer(made: Reply):
    return lambda asked, usual: made


def publish_many(account, count):
    for number in range(count):
        account.publish(title=f"More {number}", at=account.items[0].published_at + timedelta(minutes=1))


@pytest.mark.parametrize(("platform", "pages"), [("youtube", 3), ("twitch", 2), ("x", 2), ("tiktok", 6)])
def test_long_lists_are_read_to_the_end(client, creator, platforms, platform, pages):
    now = timezone.now()
    publish_many(platforms.world.get(platform), 100)
    connection = connect(client, creator, platforms, platform)
    run = read(connection, at=now)
    assert (run.state, run.items, run.pages) == ("done", 112, pages + 2)
    assert ContentItem.objects.count() == ContentSnapshot.objects.count() == 112


SCRIPT = """
import sys
import veri.celery
import django
django.setup()
from django.utils import timezone
from creators.services.sync.running import synchronise
synchronise(connection_id=int(sys.argv[1]), clock=timezone.now)
"""


@pytest.mark.django_db(transaction=True)
def test_killed_before_the_cursor_moves_it_goes_on_there_and_nothing_is_twice(client, creator, platforms):
    publish_many(platforms.world.get("youtube"), 100)
    connection = connect(client, creator, platforms, "youtube")
    variables = build_variables(mongo_url=django_settings.MONGODB_URIS[0]) | list_variables(platforms.gateway.url)
    killed = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(connection.pk)],
        env={**os.environ, **variables, "VERI_FAILPOINT": "sync.after_page:2"},
        cwd=BASE_DIR,
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL
    assert ContentItem.objects.count() == 100
    assert SyncPlan.objects.get().cursor["page"] == "50"
    assert read(connection, at=timezone.now()) is None
    run = read(connection, at=timezone.now() + timedelta(minutes=6))
    assert (run.state, run.items) == ("done", 62)
    assert ContentItem.objects.count() == ContentSnapshot.objects.count() == 112
    assert Interaction.objects.filter(type="video").count() == 112
    assert AccountSnapshot.objects.count() == 1
    assert list(SyncRun.objects.order_by("pk").values_list("state", "error")) == [("failed", "abandoned"), ("done", "")]


def test_run_that_takes_long_goes_on_in_the_next(client, creator, platforms):
    publish_many(platforms.world.get("tiktok"), 100)
    connection = connect(client, creator, platforms, "tiktok")
    began = timezone.now()
    instants = itertools.chain([began] * 12, itertools.repeat(began + timedelta(minutes=4)))
    run = synchronise(connection_id=connection.pk, clock=lambda: next(instants))
    assert (run.state, run.error) == ("paused", "more_to_read")
    run = read(connection, at=began + timedelta(minutes=5))
    assert run.state == "done"
    assert ContentItem.objects.count() == ContentSnapshot.objects.count() == 112


def test_second_reader_leaves_the_first_alone(client, creator, platforms):
    now = timezone.now()
    connection = connect(client, creator, platforms, "twitch")
    SyncPlan.objects.update(held_until=now + timedelta(minutes=1))
    assert read(connection, at=now) is None
    assert read(connection, at=now + timedelta(minutes=2)).state == "done"


def test_unchanged_channel_costs_two_units_and_new_videos_are_found(client, creator, platforms):
    now = timezone.now()
    account = platforms.world.get("youtube")
    connection = connect(client, creator, platforms, "youtube")
    assert read(connection, at=now).units == 3
    run = read(connection, at=now + DAY)
    assert (run.units, run.items, run.kind) == (2, 12, "scheduled")
    account.publish(title="Newest", at=now + DAY)
    run = read(connection, at=now + 2 * DAY)
    assert (run.units, run.items) == (3, 13)
    assert ContentItem.objects.filter(title="Newest").exists()


def test_many_channels_are_read_by_one_call(client, creator, owner, platforms):
    now = timezone.now()
    connections = []
    for number, one in enumerate((creator, make_creator("pixelforge", owner), make_creator("trailnotes", owner))):
        platforms.youtube.issuer.account_id = platforms.world.get("youtube", number).id
        connections.append(connect(client, one, platforms, "youtube"))
    for one in connections[:2]:
        read(one, at=now)
    asked = len(platforms.gateway.list_asked(CHANNEL))
    later = now + DAY
    SyncPlan.objects.filter(connection=connections[0]).update(next_due_at=later)
    SyncPlan.objects.filter(connection=connections[1]).update(next_due_at=later + timedelta(minutes=20))
    assert [fetch_accounts(now=later) for _ in range(2)] == [2, 0]
    platforms.world.get("youtube", 1).followers = 5
    assert [read(one, at=later).units for one in connections[:2]] == [1, 1]
    assert len(platforms.gateway.list_asked(CHANNEL)) == asked + 1
    assert AccountSnapshot.objects.filter(taken_at=later).count() == 2
    assert read(connections[0], at=later + DAY).units == 2


def test_hidden_and_missing_counters_stay_unknown(client, creator, platforms):
    now = timezone.now()
    platforms.youtube.hides_subscribers = True
    connection = connect(client, creator, platforms, "youtube")
    snippet = {"title": "No counters", "channelId": connection.account_id, "publishedAt": "2026-10-01T00:00:00Z"}
    statistics = {"viewCount": "99999999999999999999999"}
    video = {"kind": "youtube#video", "id": "v1", "snippet": snippet, "statistics": statistics}
    platforms.gateway.script(VIDEOS, reply(200, {"items": [video]}))
    read(connection, at=now)
    assert AccountSnapshot.objects.get().followers is None
    assert ContentItem.objects.get(external_id="v1").metrics == {}
    assert not ContentSnapshot.objects.filter(content__external_id="v1").exists()


@pytest.mark.parametrize("is_new", [False, True])
def test_both_families_of_x_names_read_alike(client, creator, platforms, is_new):
    now = timezone.now()
    platforms.x.is_new = is_new
    connection = connect(client, creator, platforms, "x")
    read(connection, at=now)
    account = platforms.world.get("x")
    assert AccountSnapshot.objects.get().items == 12
    snapshot = ContentSnapshot.objects.get(content__external_id=account.items[0].id)
    first = account.items[0]
    assert (snapshot.views, snapshot.likes, snapshot.comments, snapshot.shares) == (
        first.views, first.likes, first.comments, first.shares,
    )  # fmt: skip


def test_counters_may_fall(client, creator, platforms):
    now = timezone.now()
    account = platforms.world.get("twitch")
    connection = connect(client, creator, platforms, "twitch")
    read(connection, at=now)
    account.followers -= 500
    read(connection, at=now + DAY)
    taken = list(AccountSnapshot.objects.order_by("taken_at").values_list("followers", flat=True))
    assert taken == [account.followers + 500, account.followers]


@pytest.mark.parametrize("platform", ["youtube", "twitch", "x"])
def test_deleted_items_become_tombstones_at_once(client, creator, platforms, platform):
    now = timezone.now()
    account = platforms.world.get(platform)
    connection = connect(client, creator, platforms, platform)
    read(connection, at=now)
    gone = account.items[3]
    gone.is_gone = True
    run = read(connection, at=now + DAY)
    assert (run.state, run.removed) == ("done", 1)
    item = ContentItem.objects.get(external_id=gone.id)
    assert (item.availability, item.title) == ("deleted", gone.title)
    assert ContentSnapshot.objects.filter(content=item).count() == 1


def test_tiktok_needs_two_misses(client, creator, platforms):
    now = timezone.now()
    account = platforms.world.get("tiktok")
    connection = connect(client, creator, platforms, "tiktok")
    read(connection, at=now)
    blinked, gone = account.items[1], account.items[2]
    platforms.tiktok.drops = {blinked.id, gone.id}
    assert read(connection, at=now + DAY).removed == 0
    assert MissingContent.objects.count() == 2
    platforms.tiktok.drops = {gone.id}
    assert read(connection, at=now + 2 * DAY).removed == 1
    states = dict(ContentItem.objects.values_list("external_id", "availability"))
    assert (states[blinked.id], states[gone.id]) == ("public", "deleted")


def test_used_up_quota_stops_everybody_until_pacific_midnight(client, creator, platforms):
    now = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    connection = connect(client, creator, platforms, "youtube")
    ConnectionToken.objects.update(expires_at=now + 30 * DAY)
    QuotaWindow.objects.all().delete()  # of the month the test runs in
    platforms.youtube.units = 1
    run = read(connection, at=now)
    assert (run.state, run.error) == ("paused", "quota_exhausted")
    plan = SyncPlan.objects.get()
    assert plan.backoff_until == datetime(2026, 11, 2, 8, 0, tzinfo=UTC)  # the day the clocks went back
    assert (QuotaWindow.objects.get().used, plan.cursor["step"]) == (10_000, "list")
    assert list_due_connections(now=now + timedelta(hours=1), limit=9) == []
    platforms.youtube.units = 10_000
    assert read(connection, at=plan.backoff_until).state == "done"


def test_own_count_stops_before_the_platform_must(client, creator, platforms, settings):
    now = timezone.now()
    now = timezone.now()
    settings.X_MONTHLY_BUDGET = 0.05
    connection = connect(client, creator, platforms, "x")
    asked = len(platforms.gateway.asked)
    run = read(connection, at=now)
    assert (run.state, run.error, run.micro_dollars) == ("paused", "quota_exhausted", 10_000)
    assert len(platforms.gateway.asked) == asked + 1
    assert SyncPlan.objects.get().backoff_until.day == 1


def test_x_pays_for_what_came_and_once_a_day(client, creator, platforms):
    now = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
    connection = connect(client, creator, platforms, "x")
    ConnectionToken.objects.update(expires_at=now + 30 * DAY)
    QuotaWindow.objects.all().delete()  # of the month the test runs in
    assert read(connection, at=now).micro_dollars == 10_000 + 12 * 5_000
    assert QuotaWindow.objects.get().used == 70_000
    assert read(connection, at=now + timedelta(hours=6)).micro_dollars == 10_000
    assert read(connection, at=now + DAY).micro_dollars == 10_000 + 12 * 5_000
    assert QuotaWindow.objects.get().used == 150_000


@pytest.mark.parametrize(
    "case",
    [
        ("youtube", CHANNEL, answer(youtube.fail(403, "rateLimitExceeded")), "rate_limited"),
        ("twitch", "GET api.twitch.tv/helix/users", reply(429), "rate_limited"),
        ("x", "GET api.x.com/2/users/me", reply(429, {"errors": [{"code": 88}]}), "rate_limited"),
        ("x", "GET api.x.com/2/users/me", answer(x.fail(402, "credits-depleted")), "quota_exhausted"),
        (
            "tiktok",
            "GET open.tiktokapis.com/v2/user/info/",
            answer(tiktok.fail(429, "rate_limit_exceeded")),
            "rate_limited",
        ),
    ],
)
def test_platform_that_asks_to_wait_is_left_alone(client, creator, platforms, case):
    platform, place, play, error = case
    now = timezone.now()
    connection = connect(client, creator, platforms, platform)
    platforms.gateway.script(place, play)
    run = read(connection, at=now)
    assert (run.state, run.error) == ("paused", error)
    plan = SyncPlan.objects.get()
    assert (plan.failures, plan.backoff_until > now, plan.held_until) == (0, True, None)
    assert read(connection, at=now) is None
    assert read(connection, at=plan.backoff_until + timedelta(seconds=1)).state == "done"


@pytest.mark.parametrize("play", [reply(500), html(), drop, reply(200, b'{"data": [{"id"')])
def test_failures_wait_longer_each_time_and_show_in_health(client, creator, platforms, play):
    now = timezone.now()
    connection = connect(client, creator, platforms, "twitch")
    for attempt in range(3):
        platforms.gateway.script("GET api.twitch.tv/helix/users", play, play)
        run = read(connection, at=now)
        assert run.state == "failed"
        plan = SyncPlan.objects.get()
        assert (plan.failures, plan.next_due_at - now) == (attempt + 1, timedelta(minutes=5 * 2**attempt))
        now = plan.next_due_at
        platforms.gateway.scripts.clear()
    assert tell_health(PlatformConnection.objects.get()) == "delayed"
    assert read(connection, at=now).state == "done"
    assert tell_health(PlatformConnection.objects.get()) == "good"


def test_rejected_token_is_refreshed_and_the_reading_goes_on(client, creator, platforms):
    now = timezone.now()
    connection = connect(client, creator, platforms, "tiktok")
    platforms.tiktok.issuer.end_access_tokens()
    assert read(connection, at=now).state == "done"
    assert platforms.tiktok.issuer.refreshed == 1


def test_grant_that_is_over_ends_the_plan(client, creator, platforms):
    now = timezone.now()
    connection = connect(client, creator, platforms, "tiktok")
    platforms.tiktok.issuer.grants[0].is_over = True
    assert read(connection, at=now).state == "failed"
    assert not SyncPlan.objects.exists()
    assert tell_health(PlatformConnection.objects.get()) == "reconnect"


def test_missing_scope_leaves_out_its_part(client, creator, platforms):
    now = timezone.now()
    connection = connect(client, creator, platforms, "tiktok")
    platforms.tiktok.issuer.grants[0].scopes = ["user.info.basic"]
    run = read(connection, at=now)
    assert (run.state, run.error, run.items) == ("done", "scope_refused", 0)
    assert AccountSnapshot.objects.count() == 1


def test_asking_by_the_api_reads_soon_and_only_what_is_active(client, creator, platforms):
    now = timezone.now()
    connection = connect(client, creator, platforms, "twitch")
    read(connection, at=now)
    answered = client.post(f"/api/v1/connections/{connection.pk}/sync")
    assert answered.status_code == 202
    assert list_due_connections(now=timezone.now(), limit=9) == [connection.pk]
    assert read(connection, at=timezone.now()).kind == "asked"
    client.delete(f"/api/v1/connections/{connection.pk}")
    assert client.post(f"/api/v1/connections/{connection.pk}/sync").status_code == 409


def test_withdrawn_consent_is_not_read(client, creator, platforms):
    now = timezone.now()
    connection = connect(client, creator, platforms, "twitch")
    type(creator).objects.filter(pk=creator.pk).update(consent_state="withdrawn")
    assert read(connection, at=now) is None
    assert Interaction.objects.count() == 0


def test_youtube_data_nobody_refreshed_goes_after_thirty_days(client, creator, platforms, settings):
    now = timezone.now()
    now = timezone.now()
    connection = connect(client, creator, platforms, "youtube")
    connect(client, creator, platforms, "x")
    for one in PlatformConnection.objects.all():
        read(one, at=now)
    assert connection.platform == "youtube"
    assert purge_old_youtube_data(now=now + 29 * DAY) == 0
    settings.YOUTUBE_DERIVED_ACCEPTED = True
    assert purge_old_youtube_data(now=now + 31 * DAY) == 12
    assert ContentSnapshot.objects.filter(platform="youtube").count() == 12
    settings.YOUTUBE_DERIVED_ACCEPTED = False
    assert purge_old_youtube_data(now=now + 31 * DAY) == 13
    item = ContentItem.objects.filter(platform="youtube").first()
    assert (item.metrics, item.metrics_at, item.description, bool(item.title)) == ({}, None, "", True)
    assert ContentSnapshot.objects.filter(platform="x").count() == 12


def test_videos_of_another_account_are_not_taken_for_deleted(client, creator, platforms):
    now = timezone.now()
    first = connect(client, creator, platforms, "tiktok")
    assert read(first, at=now).items == 12
    platforms.tiktok.issuer.account_id = platforms.world.get("tiktok", 1).id
    second = connect(client, creator, platforms, "tiktok")
    for days in (1, 2, 3):  # the first is not read meanwhile
        assert read(second, at=now + days * DAY).removed == 0
    assert not MissingContent.objects.exists()
    assert set(ContentItem.objects.values_list("availability", flat=True)) == {"public"}
