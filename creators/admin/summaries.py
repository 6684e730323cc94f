"""What brands search, in the console: read-only, without vectors."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from creators.models import CreatorSummary
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(CreatorSummary)
class CreatorSummaryAdmin(ReadOnlyAdmin):
    list_display = ("creator", "main_platform", "reach", "popularity", "last_active_at", "updated_at")
    list_select_related = ("creator",)
    list_filter = ("main_platform",)
    search_fields = ("=creator__handle",)
    search_help_text = "A handle. Only creators who consented to be found have a row."
    ordering = ("-updated_at",)
    sortable_by = ()
    fields = (
        "creator", "excerpt", "tags", "platforms", "main_platform", "reach", "popularity", "last_active_at", "model",
        "model_version", "updated_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[CreatorSummary]:
        rows: QuerySet[CreatorSummary] = super().get_queryset(request)
        return rows.defer("embedding")
