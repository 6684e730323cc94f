"""Counters as platforms told them, in the console: read-only."""

from django.contrib import admin

from creators.models import AccountSnapshot, ContentSnapshot
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(AccountSnapshot)
class AccountSnapshotAdmin(ReadOnlyAdmin):
    list_display = ("taken_at", "creator", "connection", "followers", "following", "views", "likes", "items")
    list_filter = ("platform",)
    list_select_related = ("creator", "connection")
    search_fields = ("creator__handle",)
    search_help_text = "A creator's handle."
    ordering = ("-id",)
    sortable_by = ()


@admin.register(ContentSnapshot)
class ContentSnapshotAdmin(ReadOnlyAdmin):
    list_display = ("taken_at", "creator", "content", "views", "likes", "comments", "shares")
    list_filter = ("platform",)
    list_select_related = ("creator", "content")
    search_fields = ("creator__handle",)
    search_help_text = "A creator's handle."
    ordering = ("-id",)
    sortable_by = ()
