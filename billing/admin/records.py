"""Attempts, notices, spikes and providers' reports: to look at."""

from django.contrib import admin

from billing.admin.money import format_usd
from billing.models import BudgetNotice, ProviderCost, SpendingSpike, UsageAttempt
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(UsageAttempt)
class UsageAttemptAdmin(ReadOnlyAdmin):
    list_display = ("id", "event", "number", "outcome", "provider_request_id", "started_at", "ended_at")
    list_select_related = ("event",)
    list_filter = ("outcome",)
    search_fields = ("=provider_request_id", "=event__action")
    search_help_text = "An exact provider request id or action."
    raw_id_fields = ("event",)
    ordering = ("-id",)
    sortable_by = ()


@admin.register(BudgetNotice)
class BudgetNoticeAdmin(ReadOnlyAdmin):
    list_display = ("noticed_at", "scope", "percent", "period_start")
    list_filter = ("percent",)
    search_fields = ("scope",)
    ordering = ("-id",)


@admin.register(SpendingSpike)
class SpendingSpikeAdmin(ReadOnlyAdmin):
    list_display = ("minute", "service", "cost", "usual", "score")
    list_filter = ("service",)
    ordering = ("-id",)

    @admin.display(description="Cost")
    def cost(self, spike: SpendingSpike) -> str:
        return format_usd(spike.cost_micro_usd)

    @admin.display(description="Usual")
    def usual(self, spike: SpendingSpike) -> str:
        return format_usd(spike.median_micro_usd)


@admin.register(ProviderCost)
class ProviderCostAdmin(ReadOnlyAdmin):
    list_display = ("day", "service", "model", "cost", "imported_at")
    list_filter = ("service", "day")
    search_fields = ("model",)
    ordering = ("-day", "service", "model")

    @admin.display(description="Reported")
    def cost(self, line: ProviderCost) -> str:
        return format_usd(line.cost_micro_usd)
