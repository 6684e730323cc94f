"""Interactions whose words are gone, in the console: read-only."""

from django.contrib import admin

from creators.models import InteractionStub
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(InteractionStub)
class InteractionStubAdmin(ReadOnlyAdmin):
    list_display = ("interaction_id", "cause", "digest", "emptied_at")
    list_filter = ("cause",)
    search_fields = ("=interaction__id",)
    search_help_text = "The id of an interaction."
    ordering = ("-interaction_id",)
    sortable_by = ()
    fields = ("interaction", "cause", "digest", "emptied_at")
