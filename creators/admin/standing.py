"""VeriScore in the console: runs, figures and scores, read-only."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from creators.models import CreatorScore, LatestScore, PlatformFigures, ScoreRun
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(ScoreRun)
class ScoreRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "version", "started_at", "creators", "changed", "duration_ms")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(CreatorScore)
class CreatorScoreAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "value", "exact", "is_provisional", "is_capped", "version", "computed_at")
    list_select_related = ("creator",)
    list_filter = ("is_provisional", "is_capped", "version")
    search_fields = ("=creator__handle",)
    search_help_text = "A handle."
    ordering = ("-id",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[CreatorScore]:
        rows: QuerySet[CreatorScore] = super().get_queryset(request)
        is_list = request.resolver_match is not None and "object_id" not in request.resolver_match.kwargs
        return rows.defer("inputs", "components", "platforms", "reasons") if is_list else rows


@admin.register(LatestScore)
class LatestScoreAdmin(ReadOnlyAdmin):
    list_display = ("creator", "value", "is_provisional", "capped_value", "capped_until", "checked_at")
    list_select_related = ("creator",)
    list_filter = ("is_provisional",)
    search_fields = ("=creator__handle",)
    search_help_text = "A handle."
    ordering = ("-checked_at",)
    sortable_by = ()


@admin.register(PlatformFigures)
class PlatformFiguresAdmin(ReadOnlyAdmin):
    list_display = ("creator", "platform", "category", "followers", "items", "rate", "slope", "spikes", "measured_at")
    list_select_related = ("creator",)
    list_filter = ("platform", "category")
    search_fields = ("=creator__handle",)
    search_help_text = "A handle."
    ordering = ("-id",)
    sortable_by = ()
