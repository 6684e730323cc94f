"""What guards and charts read, to look at: heartbeats, preflights, counts, shadow reads, the relay's notes."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from migration.enums import ShadowOutcome
from migration.models import CaptureHeartbeat, MinuteCount, Preflight, RelayState, ShadowRead
from migration.registry import iterate_specs
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

OUTCOME_COLORS = {
    ShadowOutcome.MATCH.label: "success",
    ShadowOutcome.MISMATCH.label: "danger",
    ShadowOutcome.FAILED.label: "danger",
}


@admin.register(CaptureHeartbeat)
class CaptureHeartbeatAdmin(ReadOnlyAdmin):
    list_display = ("id", "dataset", "key", "version", "sent_at", "seen_at", "lag", "depth")
    list_select_related = ("dataset",)
    list_filter = ("dataset", ("seen_at", admin.EmptyFieldListFilter))
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description="Lag")
    def lag(self, beat: CaptureHeartbeat) -> str:
        return "under way" if beat.lag_seconds is None else f"{beat.lag_seconds:.2f} s"


@admin.register(Preflight)
class PreflightAdmin(ReadOnlyAdmin):
    list_display = ("id", "dataset", "is_ok", "at")
    list_select_related = ("dataset",)
    list_filter = ("dataset", "is_ok")
    ordering = ("-id",)


@admin.register(MinuteCount)
class MinuteCountAdmin(ReadOnlyAdmin):
    list_display = ("minute", "dataset", "measure", "bucket_ms", "count")
    list_filter = ("measure",)
    search_fields = ("=dataset",)
    search_help_text = "A dataset's name."
    ordering = ("-minute", "dataset", "measure")
    sortable_by = ()


class ReadDatasetFilter(admin.SimpleListFilter):
    """A shadow read may have read several datasets."""

    title = "dataset"
    parameter_name = "dataset"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [(spec.name, spec.label) for spec in iterate_specs()]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[ShadowRead]) -> QuerySet[ShadowRead]:
        chosen = self.value()
        return queryset.filter(datasets__contains=[chosen]) if chosen else queryset


@admin.register(ShadowRead)
class ShadowReadAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "scope", "outcome_label", "is_noise", "postgres_ms", "mongo_ms", "rechecks", "detail")
    list_filter = (ReadDatasetFilter, "outcome", "is_noise", "kind")
    search_fields = ("=scope",)
    search_help_text = "A creator's id."
    ordering = ("-at",)
    sortable_by = ()

    @display(description="Outcome", label=OUTCOME_COLORS)
    def outcome_label(self, read: ShadowRead) -> str:
        return read.get_outcome_display()


@admin.register(RelayState)
class RelayStateAdmin(ReadOnlyAdmin):
    list_display = ("dataset", "stopped_because", "stopped_at", "failure", "failing_since", "batch_rows", "updated_at")
    ordering = ("dataset",)
