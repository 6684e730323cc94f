"""Parity runs, to look at; the Migration pages start them."""

from django.contrib import admin
from unfold.decorators import display

from migration.enums import ParityState
from migration.models import ParityRun
from migration.queries.agreement import format_agreement
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

STATE_COLORS = {
    ParityState.RUNNING.label: "info",
    ParityState.CLEAN.label: "success",
    ParityState.DIFFERENT.label: "danger",
    ParityState.UNSETTLED.label: "warning",
    ParityState.EMPTY.label: "warning",
    ParityState.FAILED.label: "danger",
}


@admin.register(ParityRun)
class ParityRunAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "dataset",
        "tier",
        "mode",
        "scope",
        "state_label",
        "agreement",
        "compared",
        "mismatched",
        "suspended",
        "started_by",
        "started_at",
        "finished_at",
    )
    list_select_related = ("dataset",)
    list_filter = ("dataset", "tier", "mode", "state")
    ordering = ("-id",)
    sortable_by = ()

    @display(description="State", label=STATE_COLORS)
    def state_label(self, run: ParityRun) -> str:
        return run.get_state_display()

    @admin.display(description="Agreement")
    def agreement(self, run: ParityRun) -> str:
        return format_agreement(run)
