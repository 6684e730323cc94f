"""A creator's standing: his score explained, its history, and what happened with him."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from creators.enums import Platform
from creators.models import ContentItem, Creator, SeasonTotal, Streak
from creators.queries.scoring.scores import ScoreExplanation, find_score, list_follower_points, list_score_points
from creators.queries.timeline import list_timeline
from memory.models import Memory
from veri.console.charts import Chart, Series, draw_chart
from veri.console.rendering import render_page, require_permission

SHOWN = timedelta(days=90)
GAP = timedelta(days=90)  # a score holds until the next one
FOLLOWERS_GAP = timedelta(days=8)
TONES = ("info", "good", "warn", "quiet")
MOST_COUNTED = 10_000


@require_permission("creators.view_creatorscore")
def show_standing(request: HttpRequest, creator_id: int) -> HttpResponse:
    creator = Creator.objects.select_related("owner").filter(pk=creator_id).first()
    if creator is None:
        raise Http404
    now = timezone.now()
    found = find_score(creator=creator, now=now)
    return render_page(
        request,
        "console/standing.html",
        title=f"Standing of {creator}",
        creator=creator,
        found=found,
        components=_list_components(found) if found else [],
        charts=[_draw_score(creator, now), _draw_followers(creator, now)],
        facts=_list_facts(creator),
        timeline=list_timeline(creator_id=creator.pk),
    )


def _list_components(found: ScoreExplanation) -> list[dict[str, Any]]:
    """Return the components in the formula's order of weight."""
    parts = sorted(found.score.components.items(), key=lambda item: (-item[1]["w"], item[0]))
    return [
        {
            "name": name,
            "strength": part["s"],
            "coverage": part["q"],
            "weight": part["w"],
            "points": float(part["contribution"]),
            "moved": found.moved.get(name, ""),
        }
        for name, part in parts
    ]


def _draw_score(creator: Creator, now: datetime) -> Chart:
    points = [(at, float(value)) for at, value in list_score_points(creator_id=creator.pk, since=now - SHOWN)]
    if points:
        points.append((now, points[-1][1]))
    series = [Series(label="VeriScore", tone="info", points=points)]
    return draw_chart(
        title="VeriScore", unit="of 100", series=series, since=now - SHOWN, until=now, gap=GAP, high=100.0
    )


def _draw_followers(creator: Creator, now: datetime) -> Chart:
    found = list_follower_points(creator_id=creator.pk, since=now - SHOWN)
    series = [
        Series(label=Platform(name).label, tone=tone, points=[(at, float(count)) for at, count in points])
        for (name, points), tone in zip(sorted(found.items()), TONES, strict=False)
    ]
    return draw_chart(
        title="Followers", unit="accounts", series=series, since=now - SHOWN, until=now, gap=FOLLOWERS_GAP
    )


def _list_facts(creator: Creator) -> list[tuple[str, str]]:
    """Return the figures of the page's head."""
    streak = Streak.objects.filter(creator=creator).first()
    total = SeasonTotal.objects.filter(creator=creator).order_by("-season").first()
    memories = Memory.objects.filter(creator=creator).order_by()[:MOST_COUNTED].count()
    items = ContentItem.objects.filter(creator=creator).order_by()[:MOST_COUNTED].count()
    return [
        ("Memories", f"{memories:,}"),
        ("Content items", f"{items:,}"),
        ("Points this season", f"{total.points:,}" if total else "none"),
        ("Longest streak", f"{streak.longest:,} day{'' if streak.longest == 1 else 's'}" if streak else "none"),
        ("Zone", creator.timezone),
    ]
