"""Vectors, their indexes and changes of provider in the console: to look at, and the switch."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from memory.enums import ReembeddingState
from memory.errors import ReembeddingRefused
from memory.models import EmbeddingChoice, MemoryVector, MinilmVector, Reembedding, Vector, VectorIndex, VoyageVector
from memory.services.reembedding import cancel_reembedding, drop_old_vectors, switch_provider
from migration.admin.reasons import ReasonForm, render_action_form
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

MEGABYTE = 1_000_000
STATE_COLORS = {
    ReembeddingState.RUNNING.label: "info",
    ReembeddingState.SWITCHED.label: "success",
    ReembeddingState.DROPPED.label: "success",
    ReembeddingState.REVERTED.label: "default",
    ReembeddingState.CANCELLED.label: "default",
}


@dataclass(frozen=True, kw_only=True)
class _Step:
    """A step of a change of provider, as its confirmation says it."""

    action: str
    title: str
    consequences: tuple[str, ...]
    take: Callable[..., object]


SWITCH = _Step(
    action="switch_selected",
    title="Search the new vectors",
    consequences=(
        "Every process searches the new vectors within two seconds; the old ones are kept.",
        "It is refused until everything indexed has its new vector.",
    ),
    take=switch_provider,
)
DROP = _Step(
    action="drop_selected",
    title="Remove the old vectors",
    consequences=("Every vector that was switched away from is removed, in PostgreSQL and in MongoDB.",),
    take=drop_old_vectors,
)
CANCEL = _Step(
    action="cancel_selected",
    title="Give up the change",
    consequences=("The vectors made so far are removed; the present ones go on being searched.",),
    take=cancel_reembedding,
)


@admin.register(MemoryVector, MinilmVector, VoyageVector)
class VectorAdmin(ReadOnlyAdmin):
    list_display = ("id", "creator", "kind", "target_id", "model", "model_version")
    list_select_related = ("creator",)
    list_filter = ("kind", "model")
    search_fields = ("=target_id",)
    search_help_text = "The id of a memory or an interaction."
    ordering = ("-id",)
    sortable_by = ()
    fields = ("creator", "kind", "target_id", "model", "model_version", "version")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Vector]:
        rows: QuerySet[Vector] = super().get_queryset(request)
        return rows.defer("embedding")  # type: ignore[misc]  # each concrete table has the field


@admin.register(VectorIndex)
class VectorIndexAdmin(ReadOnlyAdmin):
    list_display = ("name", "provider", "creator", "state_label", "vectors", "size", "scans")
    list_select_related = ("creator",)
    list_filter = ("provider",)
    ordering = ("name",)
    sortable_by = ()

    @display(description="State", label={"used": "success", "not valid": "warning"})
    def state_label(self, index: VectorIndex) -> str:
        return "used" if index.is_valid else "not valid"

    @admin.display(description="Size")
    def size(self, index: VectorIndex) -> str:
        return f"{index.size_bytes / MEGABYTE:.1f} MB"


@admin.register(EmbeddingChoice)
class EmbeddingChoiceAdmin(ReadOnlyAdmin):
    list_display = ("provider", "changed_by", "changed_at", "reason")


@admin.register(Reembedding)
class ReembeddingAdmin(ReadOnlyAdmin):
    """What ``manage.py reembed`` starts; switching, dropping and giving up can be done here too."""

    list_display = (
        *("id", "source", "target", "state_label", "embedded", "waiting_because"),
        *("started_by", "started_at", "updated_at", "finished_at"),
    )
    ordering = ("-id",)
    sortable_by = ()
    actions = ("switch_selected", "drop_selected", "cancel_selected")

    @display(description="State", label=STATE_COLORS)
    def state_label(self, run: Reembedding) -> str:
        return run.get_state_display()

    def has_change_provider_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("memory.change_reembedding"))

    @admin.action(description="Search the new vectors", permissions=["change_provider"])
    def switch_selected(self, request: HttpRequest, queryset: QuerySet[Reembedding]) -> HttpResponse | None:
        return self._ask(request, queryset, SWITCH)

    @admin.action(description="Remove the old vectors", permissions=["change_provider"])
    def drop_selected(self, request: HttpRequest, queryset: QuerySet[Reembedding]) -> HttpResponse | None:
        return self._ask(request, queryset, DROP)

    @admin.action(description="Give up the change under way", permissions=["change_provider"])
    def cancel_selected(self, request: HttpRequest, queryset: QuerySet[Reembedding]) -> HttpResponse | None:
        return self._ask(request, queryset, CANCEL)

    def _ask(self, request: HttpRequest, rows: QuerySet[Reembedding], step: _Step) -> HttpResponse | None:
        """Ask for a reason, then take the step of the change that is under way, whichever rows were chosen."""
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return render_action_form(
                admin=self,
                request=request,
                rows=rows,
                form=form,
                action=step.action,
                title=step.title,
                submit=step.title,
                facts=[("Chosen", str(one)) for one in rows],
                consequences=step.consequences,
            )
        try:
            step.take(actor=request.user, reason=form.cleaned_data["reason"], now=timezone.now())
        except ReembeddingRefused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, f"{step.title}: done.", messages.SUCCESS)
        return None
