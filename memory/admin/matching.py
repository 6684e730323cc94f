"""Matches, decisions and introductions in the console: read-only."""

from django.contrib import admin

from memory.models import BrandMatch, Introduction, MatchDecision
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(BrandMatch)
class BrandMatchAdmin(ReadOnlyAdmin):
    list_display = ("id", "brand", "requested_by", "excluded", "newcomers", "requested_at")
    list_select_related = ("brand", "requested_by")
    search_fields = ("=brand__slug",)
    search_help_text = "A brand's slug."
    ordering = ("-id",)
    sortable_by = ()


@admin.register(MatchDecision)
class MatchDecisionAdmin(ReadOnlyAdmin):
    list_display = ("id", "match", "creator", "kind", "decided_by", "decided_at")
    list_select_related = ("match", "creator", "decided_by")
    list_filter = ("kind",)
    search_fields = ("=creator__handle",)
    search_help_text = "A handle."
    ordering = ("-id",)
    sortable_by = ()


@admin.register(Introduction)
class IntroductionAdmin(ReadOnlyAdmin):
    list_display = ("day", "creator", "met", "score", "made_at")
    list_select_related = ("creator", "met")
    search_fields = ("=creator__handle",)
    search_help_text = "A handle."
    ordering = ("-id",)
    sortable_by = ()
