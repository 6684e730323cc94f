"""Feedback, tastes, recommendations and the content index in the console: read-only, without vectors."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from memory.models import ContentIndexEntry, Feedback, PreferenceProfile, RecommendationSet
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


class WithoutVectorAdmin(ReadOnlyAdmin):
    """A vector of hundreds of numbers tells nobody anything."""

    exclude = ("embedding",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.defer("embedding")


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin):
    list_display = ("id", "user", "brand", "action", "target_kind", "target_id", "rating", "completion", "recorded_at")
    list_select_related = ("user", "brand")
    list_filter = ("action", "target_kind")
    search_fields = ("=user__username", "=brand__slug")
    search_help_text = "A user's name or a brand's slug."
    ordering = ("-id",)
    sortable_by = ()


@admin.register(PreferenceProfile)
class PreferenceProfileAdmin(WithoutVectorAdmin):
    list_display = ("id", "user", "brand", "moved", "model", "updated_at")
    list_select_related = ("user", "brand")
    search_fields = ("=user__username", "=brand__slug")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(RecommendationSet)
class RecommendationSetAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "brand", "creator", "computed_at", "expires_at")
    list_select_related = ("brand", "creator")
    list_filter = ("kind",)
    search_fields = ("=creator__handle", "=brand__slug")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(ContentIndexEntry)
class ContentIndexEntryAdmin(WithoutVectorAdmin):
    list_display = ("content", "creator", "length", "model", "model_version")
    list_select_related = ("content", "creator")
    list_filter = ("model",)
    search_fields = ("=creator__handle",)
    ordering = ("-content_id",)
    sortable_by = ()
