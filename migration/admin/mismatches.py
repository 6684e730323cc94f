"""The mismatch browser: filters, the field-by-field view, repair and a second look at chosen keys."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from migration.admin.mismatch_actions import ask_repair, ask_verify
from migration.admin.mismatch_filters import AgeFilter, DatasetFilter, FieldFilter, OpenFilter, RunFilter
from migration.enums import MismatchKind, MismatchOutcome
from migration.errors import UnknownDataset
from migration.models import ParityMismatch
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

OUTCOME_COLORS = {MismatchOutcome.MISMATCH.label: "danger", MismatchOutcome.SUSPENDED.label: "warning"}
STATE_COLORS = {"open": "danger", "sent": "info", "resolved": "success"}
HOUR, DAY = 3600, 86_400


@admin.register(ParityMismatch)
class ParityMismatchAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "dataset",
        "kind_label",
        "differing_fields",
        "creator",
        "outcome_label",
        "age",
        "state_label",
        "run_number",
    )
    list_select_related = ("run__dataset",)
    list_filter = (OpenFilter, DatasetFilter, "kind", FieldFilter, AgeFilter, "outcome", RunFilter)
    search_fields = ("=key", "=scope")
    search_help_text = "A key, or a creator's id."
    ordering = ("-run_id", "key")
    sortable_by = ()
    change_form_template = "admin/migration/parity_mismatch.html"
    fields = (
        "run",
        "key",
        "document_id",
        "scope",
        "kind",
        "fields",
        "outcome",
        "first_seen",
        "repaired_at",
        "checked_at",
        "resolved_at",
    )
    actions = ("repair_selected", "verify_selected")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Tell whether the actions are offered; the rows themselves stay read-only."""
        return bool(request.user.has_perm("migration.operate_dataset"))

    @admin.action(description="Repair: send through the relay again", permissions=["operate"])
    def repair_selected(self, request: HttpRequest, queryset: QuerySet[ParityMismatch]) -> HttpResponse | None:
        return ask_repair(self, request, queryset)

    @admin.action(description="Verify again", permissions=["operate"])
    def verify_selected(self, request: HttpRequest, queryset: QuerySet[ParityMismatch]) -> HttpResponse | None:
        return ask_verify(self, request, queryset)

    @admin.display(description="Key")
    def name(self, mismatch: ParityMismatch) -> str:
        return mismatch.name

    @admin.display(description="Dataset")
    def dataset(self, mismatch: ParityMismatch) -> str:
        return mismatch.run.dataset.name

    @display(description="Kind", label=dict.fromkeys(MismatchKind.labels, "danger"))
    def kind_label(self, mismatch: ParityMismatch) -> str:
        return mismatch.get_kind_display()

    @admin.display(description="Fields")
    def differing_fields(self, mismatch: ParityMismatch) -> str:
        return ", ".join(mismatch.fields)

    @admin.display(description="Creator")
    def creator(self, mismatch: ParityMismatch) -> int | str:
        return mismatch.scope or "not known"

    @display(description="Outcome", label=OUTCOME_COLORS)
    def outcome_label(self, mismatch: ParityMismatch) -> str:
        return mismatch.get_outcome_display()

    @admin.display(description="Age")
    def age(self, mismatch: ParityMismatch) -> str:
        seconds = mismatch.get_age_seconds(now=mismatch.resolved_at or timezone.now())
        if seconds < HOUR:
            return f"{seconds / 60:.0f} min"
        return f"{seconds / HOUR:.0f} h" if seconds < 2 * DAY else f"{seconds / DAY:.0f} d"

    @display(description="Repair", label=STATE_COLORS)
    def state_label(self, mismatch: ParityMismatch) -> str:
        if mismatch.resolved_at:
            return "resolved"
        return "sent" if mismatch.repaired_at else "open"

    @admin.display(description="Run")
    def run_number(self, mismatch: ParityMismatch) -> int:
        return mismatch.run_id

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        mismatch = self.get_object(request, object_id)
        shown = _describe(request, mismatch) if mismatch and self.has_view_permission(request, mismatch) else {}
        page: HttpResponse = super().change_view(request, object_id, form_url, {**(extra_context or {}), **shown})
        return page


def _describe(request: HttpRequest, mismatch: ParityMismatch) -> dict[str, Any]:
    may_see = request.user.has_perm("migration.view_content")
    from pymongo.errors import PyMongoError  # the driver loads only where a document is shown

    from migration.queries.mismatches import get_mismatch_detail  # same

    noted = {"noted": mismatch.differences}
    try:
        detail = get_mismatch_detail(mismatch=mismatch, with_content=may_see)
    except PyMongoError as error:
        return {
            **noted,
            "detail_error": f"MongoDB is away ({type(error).__name__}): the document cannot be shown now.",
        }
    except UnknownDataset as refusal:
        return {**noted, "detail_error": str(refusal)}
    return {**noted, "detail": detail, "may_see_content": may_see}
