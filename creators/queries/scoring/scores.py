"""Reads of scores: the present one explained, what moved it, its history, and YouTube's raw figures beside it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from creators.enums import ConsentPurpose, Platform
from creators.models import AccountSnapshot, Creator, CreatorScore, LatestScore
from creators.queries.consent import is_consented

RAW_KEPT = timedelta(days=30)  # YouTube's terms: its figures may not be kept longer unless refreshed


@dataclass(frozen=True, kw_only=True)
class ScoreExplanation:
    """A creator's present score. ``moved`` are the points each component gained or lost since the score before it."""

    score: CreatorScore
    latest: LatestScore
    moved: dict[str, str]
    raw: list[AccountSnapshot]


def find_score(*, creator: Creator, now: datetime) -> ScoreExplanation | None:
    """Return the present score with what moved it; None before the first computation."""
    latest = LatestScore.objects.filter(creator=creator).select_related("score").first()
    if latest is None:
        return None
    before = CreatorScore.objects.filter(creator=creator, pk__lt=latest.score_id, version=latest.score.version)
    previous = before.order_by("-pk").values_list("components", flat=True).first()
    return ScoreExplanation(
        score=latest.score,
        latest=latest,
        moved=_compare(latest.score.components, previous) if previous else {},
        raw=_list_raw(creator, now),
    )


def find_shown_score(*, handle: str) -> LatestScore | None:
    """Return a score brands may see: of an active creator who allows ``brand_metrics``; else None."""
    rows = LatestScore.objects.filter(creator__handle=handle).select_related("score", "creator")
    found = rows.first()
    if found is None or not is_consented(creator_id=found.creator_id, purpose=ConsentPurpose.BRAND_METRICS):
        return None
    return found


def list_scores(*, creator: Creator) -> QuerySet[CreatorScore]:
    """Return a creator's scores, the latest first, without their inputs."""
    return CreatorScore.objects.filter(creator=creator).defer("inputs", "components", "platforms").order_by("-id")


def list_score_points(*, creator_id: int, since: datetime) -> list[tuple[datetime, int]]:
    """Return (instant, value) of a creator's scores since an instant, oldest first."""
    rows = CreatorScore.objects.filter(creator_id=creator_id, computed_at__gte=since).order_by("pk")
    return list(rows.values_list("computed_at", "value"))


def list_follower_points(*, creator_id: int, since: datetime) -> dict[str, list[tuple[datetime, int]]]:
    """Return (instant, followers) as platforms told them since an instant, oldest first, by platform."""
    rows = AccountSnapshot.objects.filter(creator_id=creator_id, taken_at__gte=since, followers__isnull=False)
    found: dict[str, list[tuple[datetime, int]]] = {}
    for platform, at, followers in rows.order_by("taken_at").values_list("platform", "taken_at", "followers"):
        found.setdefault(platform, []).append((at, int(followers or 0)))
    return found


def _compare(components: dict[str, Any], previous: dict[str, Any]) -> dict[str, str]:
    moved = {
        name: Decimal(part["contribution"]) - Decimal(previous[name]["contribution"])
        for name, part in components.items()
    }
    return {name: f"{points:+.2f}" for name, points in moved.items() if points}


def _list_raw(creator: Creator, now: datetime) -> list[AccountSnapshot]:
    """Return YouTube's own figures of the last thirty days, the newest of each account, where they are not derived."""
    if settings.YOUTUBE_DERIVED_ACCEPTED:
        return []
    rows = AccountSnapshot.objects.filter(creator=creator, platform=Platform.YOUTUBE, taken_at__gte=now - RAW_KEPT)
    return list(rows.order_by("connection_id", "-taken_at").distinct("connection_id"))
