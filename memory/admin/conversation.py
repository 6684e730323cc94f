"""The assistant's turns in the console: read-only."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from memory.admin.searching import narrow_search
from memory.models import ConversationTurn
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(ConversationTurn)
class ConversationTurnAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "shortened_question", "store", "model", "is_degraded", "duration_ms", "asked_at")
    list_select_related = ("creator",)
    list_filter = ("store", "is_degraded", "model")
    search_fields = ("question",)
    search_help_text = "A request id, or words among the newest 50,000 rows; begin with @handle to search one creator."
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        "creator", "question", "answer", "sentences", "citations", "store", "model", "is_degraded", "duration_ms",
        "request_id", "asked_at",
    )  # fmt: skip

    @admin.display(description="Question")
    def shortened_question(self, turn: ConversationTurn) -> str:
        return turn.question[:90]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        rows, words = narrow_search(rows=queryset, search_term=search_term)
        found = rows.filter(question__icontains=words) | rows.filter(request_id=words)
        return (found if words else rows), False
