"""Usage events in the console: append-only, so read-only."""

from django.contrib import admin

from billing.admin.money import format_usd
from billing.models import UsageEvent
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(UsageEvent)
class UsageEventAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "occurred_at",
        "creator",
        "source",
        "service",
        "model",
        "input_tokens",
        "output_tokens",
        "units",
        "cost",
        "state",
    )
    list_select_related = ("creator",)
    list_filter = ("service", "state", "occurred_at")
    search_fields = ("=action", "=creator__handle", "=provider_request_id")
    search_help_text = "An exact action, handle or provider request id."
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description="Cost")
    def cost(self, event: UsageEvent) -> str:
        return format_usd(event.cost_micro_usd)
