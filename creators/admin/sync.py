"""Monitors of reading the platforms: what is planned, what was read, and what of the quotas is used."""

from django.contrib import admin
from unfold.decorators import display

from creators.enums import SyncState
from creators.models import MissingContent, QuotaWindow, SyncPlan, SyncRun
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

STATE_COLORS = {
    SyncState.DONE.label: "success",
    SyncState.RUNNING.label: "info",
    SyncState.PAUSED.label: "warning",
    SyncState.FAILED.label: "danger",
}
MILLION = 1_000_000


@admin.register(SyncPlan)
class SyncPlanAdmin(ReadOnlyAdmin):
    list_display = ("connection", "next_due_at", "backoff_until", "failures", "step", "last_success_at", "held_until")
    list_select_related = ("connection",)
    list_filter = ("connection__platform",)
    search_fields = ("connection__account_id", "connection__account_name", "connection__creator__handle")
    ordering = ("next_due_at",)

    @admin.display(description="Goes on with")
    def step(self, plan: SyncPlan) -> str:
        return str(plan.cursor.get("step", "")) if isinstance(plan.cursor, dict) else ""


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyAdmin):
    list_display = (
        *("started_at", "connection", "kind", "state_label", "items", "removed"),
        *("calls", "units", "dollars", "error", "ended_at"),
    )
    list_select_related = ("connection",)
    list_filter = ("platform", "state", "kind", "error")
    search_fields = ("connection__account_id", "connection__account_name", "connection__creator__handle")
    ordering = ("-id",)
    sortable_by = ()

    @display(description="State", label=STATE_COLORS)
    def state_label(self, run: SyncRun) -> str:
        return run.get_state_display()

    @admin.display(description="US dollars")
    def dollars(self, run: SyncRun) -> str:
        return f"{run.micro_dollars / MILLION:.3f}" if run.micro_dollars else ""


@admin.register(QuotaWindow)
class QuotaWindowAdmin(ReadOnlyAdmin):
    list_display = ("platform", "bucket", "starts_at", "ends_at", "used", "limit", "share")
    list_filter = ("platform", "bucket")
    ordering = ("-ends_at", "platform", "bucket")
    sortable_by = ()

    @admin.display(description="Share")
    def share(self, window: QuotaWindow) -> str:
        return f"{100 * window.used / window.limit:.0f} %" if window.limit else "none allowed"


@admin.register(MissingContent)
class MissingContentAdmin(ReadOnlyAdmin):
    list_display = ("content", "first_missed_at")
    list_select_related = ("content",)
    ordering = ("-first_missed_at",)
