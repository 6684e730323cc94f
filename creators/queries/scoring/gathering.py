"""Gather what scores are computed from, set-based: one statement for each kind of figure and many creators."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Q

from creators.categories import find_category
from creators.enums import ConnectionState, ConsentState, Platform
from creators.models import Creator
from creators.score_formula import WEEKS, Floats
from creators.score_trends import DAYS, count_spikes, find_slopes
from veri.platform.connections.reading import fetch_rows

# A broken connection's figures stand until it is mended or revoked; what no connection proves is not counted.
COUNTED_STATES = (ConnectionState.ACTIVE.value, ConnectionState.BROKEN.value)
WINDOW = timedelta(days=90)
COMMENTS_WINDOW = timedelta(days=30)
LEAST_COMMENT = 8  # shorter ones ("nice!") repeat by themselves
_LINKS = """
main AS (
  SELECT DISTINCT ON (link.creator_id, link.platform) link.id, link.creator_id, link.platform, told.followers
  FROM creators_platformconnection link
  LEFT JOIN LATERAL (
    SELECT followers FROM creators_accountsnapshot WHERE connection_id = link.id AND taken_at <= %(now)s
      AND taken_at > %(now)s - %(window)s AND followers >= 0 ORDER BY taken_at DESC LIMIT 1
  ) told ON true
  WHERE link.creator_id = ANY(%(ids)s) AND link.state = ANY(%(states)s) AND link.platform = ANY(%(platforms)s)
  ORDER BY link.creator_id, link.platform, told.followers DESC NULLS LAST, link.id
)"""
# Of several accounts on a platform the largest counts. Of a day's snapshots the last does.
_ACCOUNTS = f"""
WITH {_LINKS}, daily AS (
  SELECT DISTINCT ON (main.id, floor(extract(epoch FROM %(now)s - taken_at) / 86400)) main.id,
    floor(extract(epoch FROM %(now)s - taken_at) / 86400)::int AS days_ago, snapshot.followers
  FROM main JOIN creators_accountsnapshot snapshot ON snapshot.connection_id = main.id
  WHERE taken_at <= %(now)s AND taken_at > %(now)s - %(window)s AND snapshot.followers >= 0
  ORDER BY main.id, floor(extract(epoch FROM %(now)s - taken_at) / 86400), taken_at DESC
)
SELECT main.creator_id, main.platform, main.followers,
  array_agg(daily.days_ago) FILTER (WHERE daily.id IS NOT NULL),
  array_agg(daily.followers::float8) FILTER (WHERE daily.id IS NOT NULL)
FROM main LEFT JOIN daily ON daily.id = main.id
GROUP BY main.creator_id, main.platform, main.followers ORDER BY main.creator_id, main.platform"""  # noqa: S608  constants
# An item whose views, likes or comments are hidden says nothing of engagement; its day still counts as active.
_CONTENT = f"""
WITH {_LINKS}
SELECT item.creator_id, item.platform,
  coalesce(bit_or(1 << floor(extract(epoch FROM %(now)s - item.published_at) / 604800)::int)
    FILTER (WHERE item.published_at > %(now)s - %(weeks)s), 0),
  count(told.views), sum(told.views::float8), sum(told.likes::float8), sum(told.comments::float8)
FROM main JOIN creators_contentitem item ON item.creator_id = main.creator_id AND item.platform = main.platform
LEFT JOIN LATERAL (
  SELECT views, likes, comments FROM creators_contentsnapshot WHERE content_id = item.id AND taken_at <= %(now)s
    AND views > 0 AND likes >= 0 AND comments >= 0 ORDER BY taken_at DESC LIMIT 1
) told ON true
WHERE item.published_at <= %(now)s AND item.published_at > %(now)s - %(window)s AND item.availability = 'public'
GROUP BY item.creator_id, item.platform"""  # noqa: S608  same
_HAS_CONTENT = f"""
WITH {_LINKS}
SELECT DISTINCT main.creator_id FROM main WHERE EXISTS (
  SELECT FROM creators_contentitem item WHERE item.creator_id = main.creator_id AND item.platform = main.platform
    AND item.published_at <= %(now)s)"""  # noqa: S608  same
_COMMENTS = """
SELECT creator_id, platform, count(*), count(DISTINCT md5(lower(btrim(text))))
FROM creators_interaction
WHERE creator_id = ANY(%(ids)s) AND occurred_at <= %(now)s AND occurred_at > %(now)s - %(comments)s
  AND type IN ('comment', 'comment.reply') AND length(btrim(text)) >= %(least)s
GROUP BY creator_id, platform"""


@dataclass(kw_only=True)
class GatheredPlatform:
    """A creator's figures on one platform, as ``PlatformFigures`` holds them."""

    creator_id: int
    platform: str
    category: str
    followers: int | None = None
    items: int = 0
    rate: float | None = None
    slope: float | None = None
    points: int = 0
    spikes: int = 0
    deltas: int = 0
    ratio: float | None = None
    comments: int = 0
    distinct_comments: int = 0


@dataclass(kw_only=True)
class GatheredCreator:
    """A creator's figures; ``weeks`` has a bit for each of the last twelve weeks in which he published."""

    creator_id: int
    category: str
    weeks: int = 0
    has_content: bool = False
    platforms: dict[str, GatheredPlatform] = field(default_factory=dict)


def list_counted_platforms() -> list[str]:
    """Return the platforms scores may be derived from: YouTube's terms forbid it until they are accepted."""
    shown = [Platform.TWITCH.value, Platform.X.value, Platform.TIKTOK.value]
    return [*shown, Platform.YOUTUBE.value] if settings.YOUTUBE_DERIVED_ACCEPTED else shown


def gather_figures(*, creator_ids: Sequence[int], now: datetime) -> dict[int, GatheredCreator]:
    """Return the figures of those of the creators who are active and take part, by id.

    Only snapshots and content of ninety days before ``now`` count, so that the same instant gives the same figures.
    """
    found = _find_creators(creator_ids)
    parameters = {
        "ids": list(found),
        "now": now,
        "window": WINDOW,
        "weeks": timedelta(weeks=WEEKS),
        "states": list(COUNTED_STATES),
        "platforms": list_counted_platforms(),
        "comments": COMMENTS_WINDOW,
        "least": LEAST_COMMENT,
    }
    if found:
        _add_accounts(found, fetch_rows(_ACCOUNTS, parameters))
        _add_content(found, fetch_rows(_CONTENT, parameters))
        for (creator_id,) in fetch_rows(_HAS_CONTENT, parameters):
            found[creator_id].has_content = True
        for creator_id, platform, count, distinct in fetch_rows(_COMMENTS, parameters):
            if held := found[creator_id].platforms.get(platform):
                held.comments, held.distinct_comments = count, distinct
    return found


def _find_creators(creator_ids: Sequence[int]) -> dict[int, GatheredCreator]:
    rows = Creator.objects.filter(~Q(consent_state=ConsentState.WITHDRAWN), pk__in=creator_ids, is_active=True)
    return {
        pk: GatheredCreator(creator_id=pk, category=find_category(tags=tags))
        for pk, tags in rows.order_by("pk").values_list("pk", "tags")
    }


def _add_accounts(found: dict[int, GatheredCreator], rows: list[tuple[Any, ...]]) -> None:
    accounts = []
    daily: Floats = np.full((len(rows), DAYS), np.nan)
    for place, (creator_id, platform, followers, days_ago, counts) in enumerate(rows):
        creator = found[creator_id]
        account = GatheredPlatform(
            creator_id=creator_id, platform=platform, category=creator.category, followers=followers
        )
        creator.platforms[account.platform] = account
        accounts.append(account)
        if days_ago is not None:
            daily[place, DAYS - 1 - np.array(days_ago)] = counts
    slopes = find_slopes(daily)
    spikes, deltas = count_spikes(daily)
    points = (~np.isnan(daily)).sum(axis=1)
    for place, account in enumerate(accounts):
        account.slope = None if np.isnan(slopes[place]) else float(slopes[place])
        account.points, account.spikes, account.deltas = int(points[place]), int(spikes[place]), int(deltas[place])


def _add_content(found: dict[int, GatheredCreator], rows: list[tuple[Any, ...]]) -> None:
    for creator_id, platform, weeks, items, views, likes, comments in rows:
        creator = found[creator_id]
        creator.weeks |= weeks
        if not items:
            continue
        account = creator.platforms[platform]
        account.items = items
        account.rate = (likes + comments) / views
        if comments and likes:
            account.ratio = float(np.log10(likes / comments))
