"""The consent log in the console: read-only."""

from django.contrib import admin

from creators.models import ConsentRecord
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(ConsentRecord)
class ConsentRecordAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "purpose", "is_granted", "recorded_at", "actor_label", "source", "reason")
    list_select_related = ("creator",)
    list_filter = ("purpose", "is_granted", "source")
    search_fields = ("=creator__handle", "=actor_label")
    search_help_text = "A handle, or who decided."
    ordering = ("-id",)
    sortable_by = ()
