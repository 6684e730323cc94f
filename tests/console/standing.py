"""A row of every model of scores, points, streaks and tasks."""

from datetime import timedelta

from creators.models import (
    Achievement,
    Brand,
    Creator,
    CreatorBlock,
    CreatorScore,
    Exclusivity,
    ExploreEntry,
    FreezeEntry,
    LatestScore,
    PlatformFigures,
    PointEntry,
    SavedList,
    SavedListEntry,
    ScoreRun,
    Season,
    SeasonResult,
    SeasonTotal,
    Streak,
    StreakDay,
    Task,
    TaskSubmission,
    WorkTerms,
    ZoneChange,
)
from memory.models import BrandMatch, Introduction, MatchDecision
from tests.conftest import NOW


def make_standing(creator: Creator) -> None:
    run = ScoreRun.objects.create(version="1", started_at=NOW)
    PlatformFigures.objects.create(creator=creator, platform="x", category="food", measured_at=NOW)
    part = {"s": 0.5, "q": 1.0, "w": 25, "contribution": "12.500000000000"}
    reason = {"component": "reach", "points": "+1.50", "text": "followers"}
    score = CreatorScore.objects.create(
        creator=creator, run=run, version="1", value=61, exact="60.6", is_provisional=False,
        components={"engagement": part}, platforms={}, reasons={"up": [reason], "down": []}, inputs={}, digest="d",
        computed_at=NOW,
    )  # fmt: skip
    LatestScore.objects.create(creator=creator, score=score, value=61, is_provisional=False, digest="d", checked_at=NOW)
    season = Season.objects.create(name="November 2026", starts_at=NOW, ends_at=NOW + timedelta(days=1))
    PointEntry.objects.create(
        creator=creator, season=season, cause_kind="task", cause_id="1:", points=5, occurred_at=NOW, recorded_at=NOW
    )
    standing = {"season": season, "creator": creator, "category": "food", "points": 5, "reached_at": NOW}
    SeasonTotal.objects.create(**standing, updated_at=NOW)
    SeasonResult.objects.create(**standing, rank=1, category_rank=1)
    Streak.objects.create(creator=creator, length=1, longest=1, last_day=NOW.date(), computed_at=NOW)
    StreakDay.objects.create(creator=creator, day=NOW.date(), state="active", recorded_at=NOW)
    FreezeEntry.objects.create(creator=creator, kind="granted", day=NOW.date(), recorded_at=NOW)
    ZoneChange.objects.create(creator=creator, zone_from="UTC", zone_to="Asia/Tokyo", changed_at=NOW, effective_at=NOW)
    Achievement.objects.create(creator=creator, code="streak", tier=7, rule_version=1, awarded_at=NOW)
    task = Task.objects.create(
        code="judged", title="Judged", rule_kind="staff", points=5, opens_at=NOW, created_at=NOW, updated_at=NOW
    )
    TaskSubmission.objects.create(task=task, creator=creator, state="waiting", rule_version=1, submitted_at=NOW)


def make_explored(creator: Creator, brand: Brand) -> None:
    """Needs the creator's summary."""
    other = Creator.objects.create(handle="other", created_at=NOW, updated_at=NOW)
    ExploreEntry.objects.create(summary_id=creator.pk, country="PT", active_at=NOW, listed_at=NOW)
    WorkTerms.objects.create(creator=creator, updated_at=NOW)
    Exclusivity.objects.create(
        creator=creator, brand=brand, category="food", starts_on=NOW.date(),
        ends_on=NOW.date() + timedelta(days=30), created_at=NOW,
    )  # fmt: skip
    CreatorBlock.objects.create(creator=creator, blocked=other, created_at=NOW)
    saved = SavedList.objects.create(brand=brand, name="Autumn", created_at=NOW, updated_at=NOW)
    SavedListEntry.objects.create(saved_list=saved, creator=creator, added_at=NOW)


def make_matched(creator: Creator, brand: Brand) -> None:
    match = BrandMatch.objects.create(brand=brand, brief={}, seed="0", requested_at=NOW)
    MatchDecision.objects.create(match=match, creator=creator, kind="saved", decided_at=NOW)
    met = Creator.objects.get(handle="other")
    Introduction.objects.create(creator=creator, met=met, day=NOW.date(), score=0.5, made_at=NOW)
