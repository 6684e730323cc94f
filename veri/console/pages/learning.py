"""Learning: do answers get better, week by week? Shares come with how many they are of."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from memory.models import RetrievalWeights
from memory.queries.learning_report import FEW, WEEK, LearningWeek, list_learning_weeks
from veri.console.charts import Chart, Series, draw_chart
from veri.console.rendering import render_page, require_permission

WEEKS = 26
LATEST = 10
GAP = timedelta(days=15)


@require_permission("memory.view_learningrun")
def show_learning(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    weeks = list_learning_weeks(now=now, weeks=WEEKS)
    decisions = RetrievalWeights.objects.select_related("creator").order_by("-pk")[:LATEST]
    return render_page(
        request,
        "console/learning.html",
        title="Learning",
        weeks=weeks[::-1],
        charts=_draw(weeks, now),
        few=FEW,
        shown_weeks=WEEKS,
        decisions=[(one, *_describe_trial(one)) for one in decisions],
    )


def _draw(weeks: list[LearningWeek], now: datetime) -> list[Chart]:
    since = min([now - 4 * WEEK, *(one.week for one in weeks)])

    def draw(title: str, unit: str, read: Callable[[LearningWeek], float | None], high: float | None = None) -> Chart:
        points = [(one.week, value) for one in weeks if (value := read(one)) is not None]
        series = [Series(label="week", tone="info", points=points)]
        return draw_chart(title=title, unit=unit, series=series, since=since, until=now, gap=GAP, high=high)

    return [
        draw("Questions", "a week", lambda one: one.questions),
        draw("Useful, of those judged", "%", lambda one: _to_percent(one.useful_share), 100.0),
        draw("Degraded answers", "%", lambda one: _to_percent(one.degraded_share), 100.0),
        draw("Citations", "an answer", lambda one: one.citations_per_answer),
        draw("Stored questions, R@10", "%", lambda one: _to_percent(one.recall), 100.0),
        draw("Weights put in force", "a week", lambda one: one.promoted if one.stored or one.promoted else None),
    ]


def _to_percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _describe_trial(weights: RetrievalWeights) -> tuple[str, str]:
    """Return what a trial found, and the gains, in words."""
    measures, gains = weights.measures, weights.gains
    found = [f"{100 * measures[name]:.1f} %" for name in ("before", "after") if measures.get(name) is not None]
    tried = f"{' → '.join(found) or 'nothing to try it on'}, {measures.get('questions', 0)} questions"
    types = "".join(f", {name.replace('_', ' ')} {gain}" for name, gain in gains.get("type_gains", {}).items())
    return tried, f"memories {gains.get('memory_gain')}, slots {gains.get('slot_gain')}{types}"
