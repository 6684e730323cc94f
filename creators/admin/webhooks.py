"""Monitors of webhooks: deliveries, which may be processed again, and subscriptions."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from creators.enums import SubscriptionState, WebhookState
from creators.models import WebhookDelivery, WebhookSubscription
from creators.services.webhooks.replaying import replay_deliveries
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

LONGEST_BODY = 20_000
STATE_COLORS = {
    WebhookState.PROCESSED.label: "success",
    WebhookState.PENDING.label: "info",
    WebhookState.IGNORED.label: "default",
    WebhookState.FAILED.label: "danger",
}
SUBSCRIPTION_COLORS = {
    SubscriptionState.ENABLED.label: "success",
    SubscriptionState.PENDING.label: "info",
    SubscriptionState.FAILED.label: "danger",
    SubscriptionState.REVOKED.label: "warning",
}


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "platform", "kind", "account_id", "state_label", "error", "processed_at")
    list_filter = ("platform", "state")
    search_fields = ("=message_id", "=account_id")
    search_help_text = "A message id or an account id."
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        *("platform", "message_id", "kind", "subscription", "account_id", "headers", "sent_at"),
        *("received_at", "state", "error", "processed_at", "content"),
    )
    readonly_fields = ("content",)
    actions = ("process_again",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        rows: QuerySet[WebhookDelivery] = super().get_queryset(request)
        return rows.defer("body")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Tell whether the action is offered; the rows themselves stay read-only."""
        return bool(request.user.has_perm("creators.change_webhookdelivery"))

    @display(description="State", label=STATE_COLORS)
    def state_label(self, delivery: WebhookDelivery) -> str:
        return delivery.get_state_display()

    @admin.display(description="Body")
    def content(self, delivery: WebhookDelivery) -> str:
        return bytes(delivery.body)[:LONGEST_BODY].decode(errors="replace")

    @admin.action(description="Process again", permissions=["operate"])
    def process_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        keys = list(queryset.values_list("pk", flat=True))
        done = replay_deliveries(webhook_ids=keys, acting_user=request.user, now=timezone.now())
        self.message_user(request, f"{done} will be processed again.", messages.SUCCESS)


@admin.register(WebhookSubscription)
class WebhookSubscriptionAdmin(ReadOnlyAdmin):
    list_display = (
        *("connection", "type", "state_label", "lease_expires_at", "last_seen_at"),
        *("cost", "failures", "error", "retry_at"),
    )
    list_select_related = ("connection",)
    list_filter = ("platform", "state", "type")
    search_fields = ("connection__account_id", "connection__account_name", "=remote_id")
    ordering = ("-id",)
    fields = (
        *("connection", "platform", "type", "condition", "remote_id", "state", "cost", "lease_expires_at"),
        *("last_seen_at", "retry_at", "failures", "error", "created_at", "updated_at"),
    )

    @display(description="State", label=SUBSCRIPTION_COLORS)
    def state_label(self, subscription: WebhookSubscription) -> str:
        return subscription.get_state_display()
