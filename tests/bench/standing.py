"""Scores recomputed set-based, boards of 100,000 creators and explore, beside bare SQL and Redis of the same."""

import random
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from statistics import median
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from creators.models import Creator, PlatformConnection
from creators.queries.exploring.entries import SORTS, ExploreQuestion, explore
from creators.queries.games.boards import find_board, find_standing
from creators.queries.scoring.due import list_creators_to_score
from creators.queries.scoring.gathering import COUNTED_STATES, gather_figures, list_counted_platforms
from creators.services.exploring.entries import refresh_entries
from creators.services.games.boards import rebuild_boards
from creators.services.games.seasons import get_open_season
from creators.services.scoring.recompute import recompute_scores
from tests.bench.measuring import Figure, at_least, at_most, compare, get_percentile, judge, time_call
from tests.bench.tables import empty_stores
from veri.platform.connections.reading import fetch_rows
from veri.platform.connections.redis import get_redis

SCORED = 10_000
SNAPSHOTS = 20
ITEMS = 8
SCORES_A_SECOND = at_least(2_000)
RANKED, ASKED = 100_000, 300
RANK_MS, TOP_MS = at_most(5), at_most(10)
EXPLORE_MS = at_most(50)
_SUMMARIES = """INSERT INTO creators_creatorsummary (creator_id, excerpt, model, model_version, tags, platforms,
  main_platform, reach, last_active_at, updated_at)
  SELECT id, 'Bakes bread.', '', '', ARRAY['tag' || (id %% 300), 'tag' || (id %% 7)],
    ARRAY[(ARRAY['tiktok', 'x', 'twitch'])[1 + id %% 3]], '', 2 + random() * 5,
    now() - random() * interval '90 days', now() - random() * interval '300 days'
  FROM creators_creator""".replace("%%", "%")
_BARE_PAGE = "SELECT summary_id FROM creators_exploreentry ORDER BY reach DESC, summary_id DESC LIMIT 50"
_CONSENTS = """INSERT INTO creators_consentrecord
  (creator_id, purpose, is_granted, recorded_at, actor_label, source, reason)
  SELECT id, 'public_profile', true, now(), 'bench', 'import', '' FROM creators_creator"""
_TOTALS = """INSERT INTO creators_seasontotal
  (season_id, creator_id, category, points, reached_at, is_shown, updated_at)
  SELECT %s, id, (ARRAY['food', 'gaming', 'music'])[1 + id %% 3], (random() * 5000)::int,
    now() - random() * interval '20 days', true, now() - interval '1 day' FROM creators_creator"""
_FIGURES = (
    """INSERT INTO creators_accountsnapshot (connection_id, creator_id, platform, taken_at, followers)
       SELECT link.id, creator_id, platform, now() - number * interval '4 days' - interval '1 hour',
         (power(10, 2 + link.id %% 5) * (1 + random()))::bigint
       FROM creators_platformconnection link, generate_series(0, %(snapshots)s - 1) AS number""",
    """INSERT INTO creators_contentitem (creator_id, platform, external_id, kind, title, description, tags, topics,
         language, availability, url, published_at, metrics, transcript, told_at, created_at, updated_at)
       SELECT creator_id, platform, 'c' || number, 'video', '', '', '{}', '{}', '', 'public', '',
         now() - number * interval '9 days' - interval '1 day', '{}', '', '{}', now(), now()
       FROM creators_platformconnection, generate_series(0, %(items)s - 1) AS number""",
    """INSERT INTO creators_contentsnapshot (content_id, creator_id, platform, taken_at, views, likes, comments)
       SELECT id, creator_id, platform, published_at + interval '1 hour', 1000, (random() * 100)::int + 1,
         (random() * 20)::int + 1
       FROM creators_contentitem""",
    """ANALYZE creators_creator, creators_platformconnection, creators_accountsnapshot, creators_contentitem,
       creators_contentsnapshot""",
)


def measure() -> list[Figure]:
    return [*_measure_scores(), *_measure_boards(), *_measure_explore()]


def _measure_scores() -> list[Figure]:
    """Score everybody from nothing; beside it, the statements alone that read the same figures."""
    empty_stores()
    _make_creators(SCORED)
    _connect_creators()
    with connection.cursor() as cursor:
        for statement in _FIGURES:
            cursor.execute(statement, {"snapshots": SNAPSHOTS, "items": ITEMS})
    now = timezone.now()
    ids = list(Creator.objects.order_by("pk").values_list("pk", flat=True))
    started = time.perf_counter()
    for part in np.array_split(ids, 5):
        gather_figures(creator_ids=part.tolist(), now=now)
    bare = time.perf_counter() - started
    started = time.perf_counter()
    assert recompute_scores(now=now).changed == SCORED
    whole = time.perf_counter() - started
    started = time.perf_counter()
    assert recompute_scores(now=now + timedelta(minutes=1), creator_ids=ids).creators == SCORED
    again = time.perf_counter() - started
    platforms, states = list_counted_platforms(), list(COUNTED_STATES)
    later = now + timedelta(minutes=2)
    find_due = partial(list_creators_to_score, states=states, platforms=platforms, now=later, limit=SCORED)
    assert find_due() == []
    due = time_call(find_due)
    name = f"scores of {SCORED:,} creators"
    return [
        judge(name=f"{name}: all new", value=SCORED / whole, unit="creators/s", bound=SCORES_A_SECOND),
        judge(name=f"{name}: computed again", value=SCORED / again, unit="creators/s", bound=SCORES_A_SECOND),
        Figure(name=f"{name}: who is due, nobody is", value=1000 * due, unit="ms"),
        compare(name=f"{name}: seconds", value=whole, unit="s", reference_name="s reading figures", reference=bare),
    ]


def _measure_boards() -> list[Figure]:
    """Ask a board of 100,000 creators; beside it the bare command of the same."""
    empty_stores()
    _make_creators(RANKED)
    now = timezone.now()
    with transaction.atomic():
        season = get_open_season(now=now)
    with connection.cursor() as cursor:
        cursor.execute(_CONSENTS)
        cursor.execute(_TOTALS, [season.pk])
        cursor.execute("ANALYZE creators_creator, creators_consentrecord, creators_seasontotal")
    rebuilt = time_call(lambda: rebuild_boards(season_id=season.pk, now=now))
    creators = list(Creator.objects.order_by("?")[:ASKED])
    client, name = get_redis(), f"veri:board:{season.pk}:all"
    ranks, bare_ranks, tops, bare_tops = [], [], [], []
    for creator in creators:
        ranks.append(time_call(partial(find_standing, season=season, scope="all", creator=creator)))
        bare_ranks.append(time_call(partial(client.zrevrank, name, str(creator.pk))))
        tops.append(time_call(lambda: find_board(season=season, scope="all")))
        bare_tops.append(time_call(lambda: client.zrevrange(name, 0, 99, withscores=True)))
    client.delete(f"veri:board:{season.pk}:whole")
    stored = [time_call(partial(find_standing, season=season, scope="all", creator=one)) for one in creators[:50]]
    board = f"board of {RANKED:,}"
    return [
        judge(name=f"{board}: own rank, neighbours p95", value=_p95(ranks), unit="ms", bound=RANK_MS),
        _beside(f"{board}: own rank, neighbours p50", ranks, "ms ZREVRANK", bare_ranks),
        judge(name=f"{board}: top 100 p95", value=_p95(tops), unit="ms", bound=TOP_MS),
        _beside(f"{board}: top 100 p50", tops, "ms ZREVRANGE", bare_tops),
        Figure(name=f"{board}: own rank, Redis empty, p50", value=1000 * median(stored), unit="ms"),
        Figure(name=f"{board}: rebuilt", value=rebuilt, unit="s"),
    ]


def _measure_explore() -> list[Figure]:
    """Ask for pages by mixed filters and orders; beside it the bare rows of one order without filters."""
    empty_stores()
    _make_creators(RANKED)
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARIES)
        refreshed = time_call(_refresh_entries)
        cursor.execute("VACUUM ANALYZE creators_creator, creators_creatorsummary, creators_exploreentry")
    rng = random.Random(7)  # noqa: S311  the same questions each time
    whole, bare = [], []
    for number in range(ASKED):
        question = _build_question(rng)
        if number % 3 == 2:
            question = replace(question, after=explore(question=question).after)
        whole.append(time_call(partial(explore, question=question)))
        bare.append(time_call(partial(fetch_rows, _BARE_PAGE, [])))
    name = f"explore {RANKED:,}"
    return [
        judge(name=f"{name}: page of 50 p95", value=_p95(whole), unit="ms", bound=EXPLORE_MS),
        _beside(f"{name}: page of 50 p50", whole, "ms bare SQL", bare),
        Figure(name=f"{name}: all rows written", value=refreshed, unit="s"),
    ]


def _refresh_entries() -> None:
    with transaction.atomic():
        refresh_entries()


def _build_question(rng: random.Random) -> ExploreQuestion:
    filters: dict[str, Any] = {
        "platform": lambda: rng.choice(("tiktok", "x", "twitch")),
        "country": lambda: rng.choice(("PT", "DE", "US", "BR", "JP")),
        "tag": lambda: f"tag{rng.randrange(300)}",
        "category": lambda: rng.choice(("food", "gaming", "music")),
        "size": lambda: rng.randrange(2, 6),
    }
    chosen = {name: choose() for name, choose in filters.items() if rng.random() < 0.4}
    return ExploreQuestion(**chosen, sort=rng.choice(tuple(SORTS)))


def _p95(seconds: list[float]) -> float:
    return 1000 * get_percentile(seconds, 95)


def _beside(name: str, seconds: list[float], reference_name: str, bare: list[float]) -> Figure:
    return compare(
        name=name,
        value=1000 * median(seconds),
        unit="ms",
        reference_name=reference_name,
        reference=1000 * median(bare),
    )


def _connect_creators() -> None:
    now = timezone.now()
    PlatformConnection.objects.bulk_create(
        (
            PlatformConnection(
                creator_id=pk, platform=("tiktok", "x", "twitch")[pk % 3], account_id=f"a{pk}", state="active",
                created_at=now,
            )
            for pk in Creator.objects.values_list("pk", flat=True)
        ),
        batch_size=5_000,
    )  # fmt: skip


def _make_creators(count: int) -> None:
    now = timezone.now()
    Creator.objects.bulk_create(
        (
            Creator(
                handle=f"bench{number}",
                tags=[("food", "gaming", "music")[number % 3]],
                country=("PT", "DE", "US", "BR", "JP")[number % 5],
                created_at=now,
                updated_at=now,
            )
            for number in range(count)
        ),
        batch_size=5_000,
    )
