"""Evaluations over time: recall by run, with what each ran on."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from memory.enums import EvaluationState
from memory.models import EvaluationRun
from migration.enums import Flag
from veri.console.charts import Chart, Series, draw_chart
from veri.console.rendering import render_page, require_permission

SHOWN = 200
FILES = 4
LEAST_SPAN = timedelta(minutes=10)
MEASURES = (("R@10", "R@10"), ("tokens@1000", "Recall in 1,000 tokens"))
TONES = ("info", "good", "warn", "quiet", "bad")


@require_permission("memory.view_evaluationrun")
def show_evaluations(request: HttpRequest) -> HttpResponse:
    runs = list(EvaluationRun.objects.order_by("-started_at", "-pk")[:SHOWN])
    by_file: dict[str, list[EvaluationRun]] = defaultdict(list)
    for run in runs:
        if run.state == EvaluationState.DONE:
            by_file[f"{run.file_name}, {run.file_digest[:6]}"].append(run)
    files = [(name, [_draw(found, *measure) for measure in MEASURES]) for name, found in list(by_file.items())[:FILES]]
    return render_page(
        request,
        "console/evaluations.html",
        title="Evaluations",
        files=files,
        hidden_files=max(0, len(by_file) - FILES),
        runs=[(one, _describe(one)) for one in runs],
        shown=SHOWN,
    )


def _draw(runs: list[EvaluationRun], measure: str, title: str) -> Chart:
    lines: dict[str, list[tuple[Any, float]]] = defaultdict(list)
    for run in reversed(runs):
        lines[f"{run.store}, {_name_mode(run)}, {run.embedding_model.split()[0]}"].append(
            (run.started_at, (run.measures or {})["overall"][measure])
        )
    until = runs[0].started_at
    since = min(until - LEAST_SPAN, runs[-1].started_at)
    lowest = min(value for points in lines.values() for _, value in points)
    tones = dict(zip(sorted(lines), TONES, strict=False))
    return draw_chart(
        title=title,
        unit="%",
        series=[Series(label=name, tone=tones.get(name, "quiet"), points=lines[name]) for name in sorted(lines)],
        since=since,
        until=until,
        gap=until - since,
        low=max(0.0, lowest // 10 * 10 - 10),
        high=100.0,
    )


def _name_mode(run: EvaluationRun) -> str:
    return "vectors" if Flag.HYBRID_SEARCH in run.flags else "words"


def _describe(run: EvaluationRun) -> dict[str, Any]:
    """Return a run's figures in words; categories under their names."""
    measures = run.measures or {}
    interval = measures.get("interval", {}).get("R@10")
    return {
        "mode": _name_mode(run),
        "recall": f"{measures['overall']['R@10']:.1f}" if measures else "",
        "interval": f"{interval[0]:.1f} to {interval[1]:.1f}" if interval else "",
        "tokens": f"{measures['overall']['tokens@1000']:.1f}" if measures else "",
        "p95": f"{measures['latency_ms']['p95']:.1f} ms" if measures else "",
        "categories": [
            (name, f"{found['R@10']:.1f}", f"{found['tokens@1000']:.1f}")
            for name, found in measures.get("by_category", {}).items()
        ],
        "right": list(measures.get("right_answers", {}).items()),
        "bait": measures.get("bait_answered", 0),
        "seconds": f"{run.duration_ms / 1000:.1f} s" if run.duration_ms is not None else "",
    }
