"""Memories in the console: read-only, with what they rest on and what became of them."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from creators.api.parameters import get_user
from memory.admin.pins import ask_pin
from memory.admin.searching import narrow_search
from memory.admin.timeline import draw_timeline
from memory.enums import MemoryState
from memory.models import Memory, MemoryEvidence
from memory.queries.explanation import explain_memory
from memory.queries.standing import OBSERVATION
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

STATE_COLORS = {
    MemoryState.ACTIVE.label: "success",
    MemoryState.SUPERSEDED.label: "default",
    MemoryState.DORMANT.label: "warning",
    MemoryState.ARCHIVED.label: "default",
}
SEARCH_HELP = "Words of the text among the newest 50,000 rows; begin with @handle to search one creator."


class OriginFilter(admin.SimpleListFilter):
    """Slots hold one value at a time, statements stand side by side, observations are consolidated from many."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("slot", "Slots"), ("statement", "Statements"), ("observation", "Observations")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Memory]) -> QuerySet[Memory]:
        if self.value() == "slot":
            return queryset.filter(is_slot=True)
        if self.value() == "observation":
            return queryset.filter(predicate__startswith=OBSERVATION)
        if self.value() == "statement":
            return queryset.filter(is_slot=False).exclude(predicate__startswith=OBSERVATION)
        return queryset


@admin.register(Memory)
class MemoryAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "creator",
        "type",
        "shortened_text",
        "state_label",
        "strength",
        "confidence_shown",
        "valid_from",
    )
    list_select_related = ("creator",)
    list_filter = ("type", "state", OriginFilter, "is_pinned")
    search_fields = ("text", "subject")
    search_help_text = SEARCH_HELP
    ordering = ("-id",)
    sortable_by = ()
    change_form_template = "admin/memory/memory.html"
    actions = ("pin_selected", "unpin_selected")
    fieldsets = (
        (None, {"fields": ("creator", "type", "text", "subject", "predicate", "value", "keywords")}),
        (
            "Standing",
            {
                "fields": (
                    *("state", "is_slot", "is_pinned", "confidence", "importance", "stability_days", "strength"),
                    *("valid_from", "valid_to", "superseded_by"),
                )
            },
        ),
        ("Record", {"fields": ("recorded_at", "version", "content_hash"), "classes": ("collapse",)}),
    )

    def has_pin_permission(self, request: HttpRequest) -> bool:
        """Tell whether the actions are offered; the rows themselves stay read-only."""
        return bool(request.user.has_perm("memory.change_memory"))

    @admin.action(description="Pin: never forgotten by itself", permissions=["pin"])
    def pin_selected(self, request: HttpRequest, queryset: QuerySet[Memory]) -> HttpResponse | None:
        return ask_pin(self, request, queryset, is_pinned=True)

    @admin.action(description="Unpin", permissions=["pin"])
    def unpin_selected(self, request: HttpRequest, queryset: QuerySet[Memory]) -> HttpResponse | None:
        return ask_pin(self, request, queryset, is_pinned=False)

    @admin.display(description="Text")
    def shortened_text(self, memory: Memory) -> str:
        return memory.text[:90]

    @display(description="State", label=STATE_COLORS)
    def state_label(self, memory: Memory) -> str:
        return memory.get_state_display()

    @admin.display(description="Confidence")
    def confidence_shown(self, memory: Memory) -> str:
        return f"{memory.confidence:.2f}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        rows, words = narrow_search(rows=queryset, search_term=search_term)
        wanted = Q(text__icontains=words) | Q(subject__iexact=words)
        return (rows.filter(wanted) if words else rows), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        memory = self.get_object(request, object_id)
        may_see = memory is not None and self.has_view_permission(request, memory)
        shown: dict[str, Any] = {}
        if memory is not None and may_see:
            explanation = explain_memory(memory_id=memory.pk, acting_user=get_user(request))
            timeline = draw_timeline(chain=explanation.chain, shown=memory.pk, now=timezone.now())
            shown = {"explanation": explanation, "timeline": timeline}
        page: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})
        return page


@admin.register(MemoryEvidence)
class MemoryEvidenceAdmin(ReadOnlyAdmin):
    list_display = ("id", "memory", "interaction", "occurred_at")
    list_select_related = ("memory", "interaction")
    search_fields = ("=memory__id", "=interaction__id")
    search_help_text = "The id of a memory or an interaction."
    ordering = ("-id",)
    sortable_by = ()
