"""Scores recomputed set-based, boards of 100,000 creators and explore, beside bare SQL and Redis of the same."""

import time
from datetime import timedelta

import numpy as np
from django.db import connection
from django.utils import timezone

from creators.models import Creator
from creators.queries.scoring.gathering import gather_figures
from creators.services.scoring.recompute import recompute_scores
from tests.bench.measuring import Figure, at_least, compare, judge
from tests.bench.tables import empty_stores

SCORED = 10_000
SNAPSHOTS = 20
ITEMS = 8
SCORES_A_SECOND = at_least(2_000)
_FIGURES = (
    """INSERT INTO creators_platformconnection
         (creator_id, platform, account_id, account_name, state, scopes, created_at)
       SELECT id, (ARRAY['tiktok', 'x', 'twitch'])[1 + id %% 3], 'a' || id, '', 'active', '{}', now()
       FROM creators_creator""",
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
    return [*_measure_scores()]


def _measure_scores() -> list[Figure]:
    """Score everybody from nothing; beside it, the statements alone that read the same figures."""
    empty_stores()
    _make_creators(SCORED)
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
    name = f"scores of {SCORED:,} creators"
    return [
        judge(name=f"{name}: all new", value=SCORED / whole, unit="creators/s", bound=SCORES_A_SECOND),
        judge(name=f"{name}: computed again", value=SCORED / again, unit="creators/s", bound=SCORES_A_SECOND),
        compare(name=f"{name}: seconds", value=whole, unit="s", reference_name="s reading figures", reference=bare),
    ]


def _make_creators(count: int) -> None:
    now = timezone.now()
    Creator.objects.bulk_create(
        (
            Creator(
                handle=f"bench{number}", tags=[("food", "gaming", "music")[number % 3]], created_at=now, updated_at=now
            )
            for number in range(count)
        ),
        batch_size=5_000,
    )
