"""The review queue: contradictions rules cannot judge. A person decides, with a reason."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from memory.admin.searching import narrow_search
from memory.enums import ConflictOutcome, ConflictState
from memory.errors import ConflictAlreadyResolved
from memory.models import Memory, MemoryConflict
from migration.admin.reasons import ReasonForm, render_action_form
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

STATE_COLORS = {ConflictState.OPEN.label: "warning", ConflictState.RESOLVED.label: "success"}
_CONSEQUENCES = {
    ConflictOutcome.FIRST: "The first value holds; the second is marked superseded. Both keep their evidence.",
    ConflictOutcome.SECOND: "The second value holds; the first is marked superseded. Both keep their evidence.",
    ConflictOutcome.BOTH: "Both values stay as they are, and are not asked about again.",
}
_ACTIONS = {
    ConflictOutcome.FIRST: "keep_first",
    ConflictOutcome.SECOND: "keep_second",
    ConflictOutcome.BOTH: "keep_both",
}


@admin.register(MemoryConflict)
class MemoryConflictAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "predicate", "first_value", "second_value", "kind", "state_label", "recorded_at")
    list_select_related = ("creator",)
    list_filter = ("state", "kind", "outcome")
    search_fields = ("predicate", "first_value", "second_value")
    search_help_text = "Words of a value among the newest 50,000 rows; begin with @handle to search one creator."
    ordering = ("-id",)
    sortable_by = ()
    change_form_template = "admin/memory/conflict.html"
    fields = (
        *("creator", "kind", "subject", "predicate", "first_value", "second_value", "at", "state", "outcome", "reason"),
        *("resolved_by", "resolved_at", "recorded_at"),
    )
    actions = tuple(_ACTIONS.values())

    def has_review_permission(self, request: HttpRequest) -> bool:
        """Tell whether the actions are offered; the rows themselves stay read-only."""
        return bool(request.user.has_perm("memory.change_memoryconflict"))

    @admin.action(description="Keep the first value", permissions=["review"])
    def keep_first(self, request: HttpRequest, queryset: QuerySet[MemoryConflict]) -> HttpResponse | None:
        return self._ask(request, queryset, ConflictOutcome.FIRST)

    @admin.action(description="Keep the second value", permissions=["review"])
    def keep_second(self, request: HttpRequest, queryset: QuerySet[MemoryConflict]) -> HttpResponse | None:
        return self._ask(request, queryset, ConflictOutcome.SECOND)

    @admin.action(description="Both are true", permissions=["review"])
    def keep_both(self, request: HttpRequest, queryset: QuerySet[MemoryConflict]) -> HttpResponse | None:
        return self._ask(request, queryset, ConflictOutcome.BOTH)

    def _ask(
        self, request: HttpRequest, rows: QuerySet[MemoryConflict], outcome: ConflictOutcome
    ) -> HttpResponse | None:
        """Ask for a reason, then resolve each that is open still; say how many others were first."""
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            pairs = rows.values_list("predicate", "first_value", "second_value", "state")
            return render_action_form(
                admin=self,
                request=request,
                rows=rows,
                form=form,
                action=_ACTIONS[outcome],
                title=outcome.label,
                submit=outcome.label,
                preview={"caption": "Chosen", "heads": ["About", "First", "Second", "State"], "rows": list(pairs)},
                consequences=[_CONSEQUENCES[outcome]],
            )
        from memory.services.conflicts import Decision, resolve_conflict  # services load only for the action

        decision = Decision(outcome=outcome, reason=form.cleaned_data["reason"])
        chosen, done = list(rows.order_by("pk").values_list("pk", flat=True)), 0
        for pk in chosen:
            try:
                resolve_conflict(conflict_id=pk, decision=decision, acting_user=request.user, now=timezone.now())
            except ConflictAlreadyResolved:
                continue
            done += 1
        level = messages.SUCCESS if done else messages.WARNING
        self.message_user(request, f"{done} resolved, {len(chosen) - done} were resolved already.", level)
        return None

    @display(description="State", label=STATE_COLORS)
    def state_label(self, conflict: MemoryConflict) -> str:
        return conflict.get_state_display()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        rows, words = narrow_search(rows=queryset, search_term=search_term)
        if not words:
            return rows, False
        found = [rows.filter(**{f"{name}__icontains": words}) for name in self.search_fields]
        return found[0] | found[1] | found[2], False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        conflict = self.get_object(request, object_id)
        may_see = conflict is not None and self.has_view_permission(request, conflict)
        shown = {"sides": _list_sides(conflict)} if conflict is not None and may_see else {}
        page: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})
        return page


def _list_sides(conflict: MemoryConflict) -> QuerySet[Memory]:
    """Return the memories of both values, the slot's other runs left out."""
    sides = Memory.objects.filter(
        creator=conflict.creator_id, subject=conflict.subject, predicate=conflict.predicate,
        value__in=[conflict.first_value, conflict.second_value],
    )  # fmt: skip
    return sides.order_by("valid_from", "pk")[:20]
