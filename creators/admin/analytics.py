"""What front ends report, in the console: read-only."""

from django.contrib import admin

from creators.models import AnalyticsEvent
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(AnalyticsEvent)
class AnalyticsEventAdmin(ReadOnlyAdmin):
    list_display = ("occurred_at", "name", "user", "properties")
    list_select_related = ("user",)
    search_fields = ("=name", "=user__username")
    search_help_text = "The name of an event, or a user name."
    ordering = ("-id",)
    sortable_by = ()
