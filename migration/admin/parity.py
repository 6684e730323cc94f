"""Parity runs, and the mismatch browser with its field-by-field view."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from migration.enums import MismatchKind, ParityState
from migration.errors import UnknownDataset
from migration.models import ParityMismatch, ParityRun
from migration.queries.agreement import format_agreement
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

STATE_COLORS = {
    ParityState.RUNNING.label: "info",
    ParityState.CLEAN.label: "success",
    ParityState.DIFFERENT.label: "danger",
    ParityState.EMPTY.label: "warning",
    ParityState.FAILED.label: "danger",
}


@admin.register(ParityRun)
class ParityRunAdmin(ReadOnlyAdmin):
    list_display = ("id", "dataset", "state_label", "agreement", "compared", "mismatched", "started_at", "finished_at")
    list_select_related = ("dataset",)
    list_filter = ("dataset", "state")
    ordering = ("-id",)
    sortable_by = ()

    @display(description="State", label=STATE_COLORS)
    def state_label(self, run: ParityRun) -> str:
        return run.get_state_display()

    @admin.display(description="Agreement")
    def agreement(self, run: ParityRun) -> str:
        return format_agreement(run)


class RunFilter(admin.SimpleListFilter):
    """The newest runs only: a run's number also comes from a link."""

    title = "run"
    parameter_name = "run"
    shown = 15

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        recent = list(
            ParityRun.objects.filter(mismatched__gt=0).select_related("dataset").order_by("-pk")[: self.shown]
        )
        chosen = self.value()
        known = [(str(run.pk), f"{run.pk}: {run}") for run in recent]
        return known if not chosen or chosen in dict(known) else [(chosen, f"{chosen}"), *known]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[ParityMismatch]) -> QuerySet[ParityMismatch]:
        chosen = self.value()
        return queryset.filter(run=int(chosen)) if chosen and chosen.isdecimal() else queryset


@admin.register(ParityMismatch)
class ParityMismatchAdmin(ReadOnlyAdmin):
    list_display = ("key", "dataset", "kind_label", "differing_fields", "run_number", "repaired_at")
    list_select_related = ("run__dataset",)
    list_filter = (RunFilter, "run__dataset", "kind", ("repaired_at", admin.EmptyFieldListFilter))
    search_fields = ("=key",)
    search_help_text = "A key."
    ordering = ("-run_id", "key")
    sortable_by = ()
    change_form_template = "admin/migration/parity_mismatch.html"
    fields = ("run", "key", "kind", "fields", "repaired_at")

    @admin.display(description="Dataset")
    def dataset(self, mismatch: ParityMismatch) -> str:
        return mismatch.run.dataset.name

    @display(description="Kind", label=dict.fromkeys(MismatchKind.labels, "danger"))
    def kind_label(self, mismatch: ParityMismatch) -> str:
        return mismatch.get_kind_display()

    @admin.display(description="Fields")
    def differing_fields(self, mismatch: ParityMismatch) -> str:
        return ", ".join(mismatch.fields)

    @admin.display(description="Run")
    def run_number(self, mismatch: ParityMismatch) -> int:
        return mismatch.run_id

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        mismatch = self.get_object(request, object_id)
        shown = self._describe(request, mismatch) if mismatch and self.has_view_permission(request, mismatch) else {}
        page: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})
        return page

    def _describe(self, request: HttpRequest, mismatch: ParityMismatch) -> dict[str, Any]:
        may_see = request.user.has_perm("migration.view_content")
        from pymongo.errors import PyMongoError  # the driver loads only where a document is shown

        from migration.queries.mismatches import get_mismatch_detail  # same

        try:
            detail = get_mismatch_detail(mismatch=mismatch, with_content=may_see)
        except PyMongoError as error:
            return {"detail_error": f"MongoDB is away ({type(error).__name__}): the document cannot be shown now."}
        except UnknownDataset as refusal:
            return {"detail_error": str(refusal)}
        return {"detail": detail, "may_see_content": may_see}
