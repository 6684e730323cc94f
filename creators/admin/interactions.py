"""Interactions in the console: read-only."""

from typing import Any

from django.contrib import admin
from django.db.models import F, Max, Q, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import FieldTextFilter

from creators.models import Interaction
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

SEARCHED_ROWS = 50_000


@admin.register(Interaction)
class InteractionAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "platform", "type", "author", "shortened_text", "occurred_at", "received_at")
    list_select_related = ("creator",)
    list_filter = ("platform", ("type", FieldTextFilter))
    list_filter_submit = True
    search_fields = ("external_id", "text")
    search_help_text = (
        "An external id, or words of the text among the newest 50,000 rows; begin with @handle to search one creator."
    )
    ordering = ("-id",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Interaction]:
        rows: QuerySet[Interaction] = super().get_queryset(request)
        match = request.resolver_match
        listing = bool(match and match.url_name and match.url_name.endswith("_changelist"))
        return rows.defer("payload", "attachments") if listing else rows

    @admin.display(description="Text")
    def shortened_text(self, interaction: Interaction) -> str:
        return interaction.text[:80]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search within one creator, or the newest rows: without trigrams anything wider would scan the table."""
        handle, _, words = search_term.strip().partition(" ") if search_term.startswith("@") else ("", "", search_term)
        words = words.strip().replace("\0", "")
        if handle:
            queryset = queryset.filter(creator__handle=handle[1:].lower().replace("\0", ""))
        elif words:
            queryset = queryset.filter(pk__gt=_find_search_start())
        if words:
            queryset = queryset.filter(Q(external_id=words) | Q(text__icontains=words))
        return queryset, False


def _find_search_start() -> int:
    newest = Interaction.objects.aggregate(start=Max(F("id")) - SEARCHED_ROWS)
    return newest["start"] or 0
