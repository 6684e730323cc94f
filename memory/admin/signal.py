"""Signals in the console: read-only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from memory.admin.searching import narrow_search
from memory.models import Signal
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(Signal)
class SignalAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "kind", "value", "number", "unit", "interaction_link", "recorded_at")
    list_select_related = ("creator",)
    list_filter = ("kind",)
    search_fields = ("value",)
    search_help_text = "A value among the newest 50,000 rows; begin with @handle to search one creator."
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description="Interaction")
    def interaction_link(self, signal: Signal) -> int:
        return signal.interaction_id

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        rows, words = narrow_search(rows=queryset, search_term=search_term)
        return (rows.filter(value__icontains=words) if words else rows), False
