"""Models of returns and what they predicted, in the console: read-only."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from memory.models import ReturnModel, ReturnPrediction
from memory.queries.predictions import measure_live
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

STATES = {"In force": "success", "Refused": "warning"}


@admin.register(ReturnModel)
class ReturnModelAdmin(ReadOnlyAdmin):
    list_display = ("id", "fitted_at", "examples", "state_label", "error", "naive_error", "gain", "inside")
    ordering = ("-id",)
    sortable_by = ()
    fields = ("fitted_at", "examples", "refusal", "by_segment", "calibration", "methods", "came_true")
    readonly_fields = ("by_segment", "calibration", "methods", "came_true")

    @display(description="State", label=STATES)
    def state_label(self, model: ReturnModel) -> str:
        return "Refused" if model.refusal else "In force"

    @display(description="Error")
    def error(self, model: ReturnModel) -> str:
        return f"{model.report['total']['error']:.3f}"

    @display(description="Naive guess")
    def naive_error(self, model: ReturnModel) -> str:
        return f"{model.report['total']['naive_error']:.3f}"

    @display(description="Gain")
    def gain(self, model: ReturnModel) -> str:
        return f"{model.report['total']['gain']:.0%}"

    @display(description="Within bounds")
    def inside(self, model: ReturnModel) -> str:
        return _write_share(model.report["total"]["inside"])

    @display(description="Backtest by segment")
    def by_segment(self, model: ReturnModel) -> SafeString:
        rows = {"all": model.report["total"], **model.report["segments"]}
        return _write_lines(
            f"{name}: {row['examples']} cases, error {row['error']:.3f}, naive guess {row['naive_error']:.3f}, "
            f"gain {row['gain']:.0%}, within bounds {_write_share(row['inside'])}"
            for name, row in rows.items()
        )

    @display(description="Calibration by fifths")
    def calibration(self, model: ReturnModel) -> SafeString:
        return _write_lines(
            f"said {row['predicted']:.2f}, came {row['actual']:.2f} ({row['examples']} cases)"
            for row in model.report["calibration"]
        )

    @display(description="Errors of other methods")
    def methods(self, model: ReturnModel) -> SafeString:
        return _write_lines(f"{name}: {error:.3f}" for name, error in model.report["others"].items())

    @display(description="Predictions that came true")
    def came_true(self, model: ReturnModel) -> str:
        live = measure_live(model=model)
        if live.error is None:
            return "No outcome of a prediction is known yet."
        return f"{live.predictions}: error {live.error:.3f}, within bounds {_write_share(live.inside)}"


@admin.register(ReturnPrediction)
class ReturnPredictionAdmin(ReadOnlyAdmin):
    list_display = ("id", "collaboration", "creator", "cause", "multiple", "low", "high", "actual", "made_at")
    list_select_related = ("collaboration", "creator")
    list_filter = ("cause",)
    search_fields = ("=creator__handle", "=collaboration__id")
    search_help_text = "A handle, or the id of a collaboration."
    ordering = ("-id",)
    sortable_by = ()


def _write_share(share: float | None) -> str:
    return "unknown" if share is None else f"{share:.0%}"


def _write_lines(lines: Any) -> SafeString:
    return format_html_join("", "<p>{}</p>", ((line,) for line in lines))
