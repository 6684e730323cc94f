"""The monitor of payments and webhooks: what was asked, what came, what is quarantined; deliveries may be replayed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from billing.admin.money import AmountsAdmin, format_money
from billing.admin.reasoned import run_reasoned
from billing.clients.payments import ProviderError
from billing.models import Chargeback, PaymentIntent, PaymentWebhook, ProviderPayment, Refund
from billing.payment_enums import CauseKind, DisputeState, InboxState, IntentState, ProviderState, RefundState
from billing.payment_errors import ProviderAway
from billing.services.ledger import Cause
from billing.services.payments.inbox import replay_webhooks
from billing.services.payments.sending import synchronise_payment
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

INTENT_COLORS = {IntentState.PAID.label: "success", IntentState.OPEN.label: "info"}
PAYMENT_COLORS = {
    ProviderState.APPROVED.label: "success",
    ProviderState.REFUNDED.label: "warning",
    ProviderState.CHARGED_BACK.label: "danger",
}
INBOX_COLORS = {
    InboxState.PROCESSED.label: "success",
    InboxState.PENDING.label: "info",
    InboxState.FAILED.label: "danger",
}
REFUND_COLORS = {RefundState.DONE.label: "success", RefundState.FAILED.label: "danger"}
DISPUTE_COLORS = {DisputeState.WON.label: "success", DisputeState.LOST.label: "danger", DisputeState.OPEN.label: "info"}


@admin.register(PaymentIntent)
class PaymentIntentAdmin(AmountsAdmin):
    list_display = (
        "requested_at",
        "reference",
        "purpose",
        "amount",
        "state_label",
        "provider",
        "campaign_ref",
        "brand",
    )
    list_filter = ("state", "purpose", "provider")
    list_select_related = ("brand",)
    search_fields = ("=brand__slug", "=creator__handle", "=checkout_id")
    search_help_text = "An exact brand, handle or checkout id."
    ordering = ("-id",)
    sortable_by = ()

    @display(description="State", label=INTENT_COLORS)
    def state_label(self, intent: PaymentIntent) -> str:
        return intent.get_state_display()

    @admin.display(description="Amount")
    def amount(self, intent: PaymentIntent) -> str:
        return format_money(intent.amount_minor, intent.currency)


@admin.register(ProviderPayment)
class ProviderPaymentAdmin(AmountsAdmin):
    list_display = ("first_seen_at", "provider", "payment_id", "amount", "state_label", "is_credited", "quarantine")
    list_filter = ("provider", "state", "is_credited", ("quarantine", admin.EmptyFieldListFilter))
    search_fields = ("=payment_id", "=reference")
    search_help_text = "An exact payment id or reference."
    ordering = ("-id",)
    sortable_by = ()
    actions = ("fetch_again",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.change_providerpayment"))

    @display(description="State", label=PAYMENT_COLORS)
    def state_label(self, payment: ProviderPayment) -> str:
        return payment.get_state_display()

    @admin.display(description="Amount")
    def amount(self, payment: ProviderPayment) -> str:
        return format_money(payment.amount_minor, payment.currency)

    @admin.action(description="Fetch again and apply", permissions=["operate"])
    def fetch_again(self, request: HttpRequest, queryset: QuerySet[ProviderPayment]) -> HttpResponse | None:
        def act(row: ProviderPayment, reason: str) -> None:
            cause = Cause(kind=CauseKind.ACTOR, reference="fetched again", actor=request.user, reason=reason)
            try:
                synchronise_payment(payment_id=row.payment_id, provider=row.provider, cause=cause, now=timezone.now())
            except ProviderError as error:
                raise ProviderAway(str(error)) from error

        return run_reasoned(
            admin=self,
            request=request,
            rows=queryset,
            action="fetch_again",
            title="Fetch again and apply",
            consequences=["What the provider says now is applied. A payment that is now as it was asked is credited."],
            act=act,
        )


@admin.register(Refund)
class RefundAdmin(AmountsAdmin):
    list_display = ("requested_at", "payment", "amount", "state_label", "attempts", "retry_at", "error", "reason")
    list_filter = ("state",)
    list_select_related = ("payment",)
    search_fields = ("=refund_id", "=payment__payment_id")
    ordering = ("-id",)
    sortable_by = ()

    @display(description="State", label=REFUND_COLORS)
    def state_label(self, refund: Refund) -> str:
        return refund.get_state_display()

    @admin.display(description="Amount")
    def amount(self, refund: Refund) -> str:
        return format_money(refund.amount_minor, refund.payment.currency)


@admin.register(Chargeback)
class ChargebackAdmin(AmountsAdmin):
    list_display = ("opened_at", "payment", "amount", "state_label", "resolved_at")
    list_filter = ("state",)
    list_select_related = ("payment",)
    search_fields = ("=chargeback_id", "=payment__payment_id")
    ordering = ("-id",)
    sortable_by = ()

    @display(description="State", label=DISPUTE_COLORS)
    def state_label(self, chargeback: Chargeback) -> str:
        return chargeback.get_state_display()

    @admin.display(description="Amount")
    def amount(self, chargeback: Chargeback) -> str:
        return format_money(chargeback.amount_minor, chargeback.payment.currency)


@admin.register(PaymentWebhook)
class PaymentWebhookAdmin(ReadOnlyAdmin):
    list_display = ("received_at", "provider", "topic", "data_id", "verified_how", "state_label", "attempts", "error")
    list_filter = ("provider", "state", "verified_how")
    search_fields = ("=data_id", "=delivery_id")
    search_help_text = "An exact id of a payment or delivery."
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        *("provider", "topic", "data_id", "delivery_id", "verified_how", "signed", "state", "attempts", "error"),
        *("received_at", "processed_at", "content"),
    )
    readonly_fields = ("content",)
    actions = ("replay",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.change_paymentwebhook"))

    @display(description="State", label=INBOX_COLORS)
    def state_label(self, webhook: PaymentWebhook) -> str:
        return webhook.get_state_display()

    @admin.display(description="Body, where it names nobody")
    def content(self, webhook: PaymentWebhook) -> str:
        return bytes(webhook.body)[:20_000].decode(errors="replace")

    @admin.action(description="Process again", permissions=["operate"])
    def replay(self, request: HttpRequest, queryset: QuerySet[PaymentWebhook]) -> HttpResponse | None:
        def act(row: PaymentWebhook, reason: str) -> Any:
            return replay_webhooks(webhook_ids=[row.pk], acting_user=request.user, reason=reason, now=timezone.now())

        return run_reasoned(
            admin=self,
            request=request,
            rows=queryset,
            action="replay",
            title="Process again",
            consequences=["What they are about is fetched again. What was applied already is not applied twice."],
            act=act,
        )
