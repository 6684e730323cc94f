"""Plans, subscriptions and documents, to look at: they come through services and never change."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.decorators import display

from billing.admin.money import format_money
from billing.admin.reasoned import run_reasoned
from billing.models import BillingProfile, Invoice, InvoiceLine, Plan, PlanVersion, Subscription, SubscriptionPeriod
from billing.payment_enums import SubscriptionState
from billing.services.invoices import issue_credit_note
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

SUBSCRIPTION_COLORS = {
    SubscriptionState.ACTIVE.label: "success",
    SubscriptionState.TRIAL.label: "info",
    SubscriptionState.PAST_DUE.label: "warning",
    SubscriptionState.EXPIRED.label: "danger",
}


class _Inline(TabularInline):
    hide_title = True
    extra = 0
    max_num = 0
    can_delete = False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class PlanVersionInline(_Inline):
    model = PlanVersion
    fields = ("number", "price_minor", "currency", "tax_basis_points", "trial_days", "quotas", "published_at")


@admin.register(Plan)
class PlanAdmin(ReadOnlyAdmin):
    list_display = ("code", "name", "is_public", "created_at")
    ordering = ("code",)
    inlines = (PlanVersionInline,)


class PeriodInline(_Inline):
    model = SubscriptionPeriod
    fields = ("number", "version", "starts_at", "ends_at", "paid_at")


@admin.register(Subscription)
class SubscriptionAdmin(ReadOnlyAdmin):
    list_display = (
        "reference",
        "creator",
        "brand",
        "version",
        "state_label",
        "due_at",
        "dunning_steps",
        "cancels_at_end",
    )
    list_filter = ("state", "provider")
    list_select_related = ("creator", "brand", "version__plan")
    search_fields = ("=creator__handle", "=brand__slug", "=provider_subscription_id")
    ordering = ("-id",)
    sortable_by = ()
    inlines = (PeriodInline,)

    @display(description="State", label=SUBSCRIPTION_COLORS)
    def state_label(self, subscription: Subscription) -> str:
        return subscription.get_state_display()


class InvoiceLineInline(_Inline):
    model = InvoiceLine
    fields = ("position", "description", "quantity", "net_minor", "tax_basis_points", "tax_minor")


@admin.register(Invoice)
class InvoiceAdmin(ReadOnlyAdmin):
    list_display = ("label", "kind", "buyer_name", "net", "tax", "total", "issued_at")
    list_filter = ("kind", "year", "currency")
    search_fields = ("=key", "buyer_name")
    ordering = ("-id",)
    sortable_by = ()
    fields = (
        *("label", "kind", "corrects", "buyer_name", "buyer_tax_id", "buyer_address", "buyer_country"),
        *("net", "tax", "total", "issued_at", "sha256", "key"),
    )
    readonly_fields = ("label", "net", "tax", "total")
    inlines = (InvoiceLineInline,)
    actions = ("correct",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.change_invoice"))

    @admin.action(description="Correct what is left by a credit note", permissions=["operate"])
    def correct(self, request: HttpRequest, queryset: QuerySet[Invoice]) -> HttpResponse | None:
        def act(row: Invoice, reason: str) -> Any:
            return issue_credit_note(
                invoice_id=row.pk, gross_minor=None, key="all", actor=request.user, reason=reason, now=timezone.now()
            )

        return run_reasoned(
            admin=self,
            request=request,
            rows=queryset,
            action="correct",
            title="Issue credit notes",
            consequences=["A credit note of what is left of each is issued. Money is not moved by it."],
            act=act,
        )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invoice]:
        rows: QuerySet[Invoice] = super().get_queryset(request)
        return rows.defer("pdf")

    @admin.display(description="Net")
    def net(self, invoice: Invoice) -> str:
        return format_money(invoice.net_minor, invoice.currency)

    @admin.display(description="Tax")
    def tax(self, invoice: Invoice) -> str:
        return format_money(invoice.tax_minor, invoice.currency)

    @admin.display(description="Total")
    def total(self, invoice: Invoice) -> str:
        return format_money(invoice.total_minor, invoice.currency)


@admin.register(BillingProfile)
class BillingProfileAdmin(ReadOnlyAdmin):
    list_display = ("legal_name", "creator", "brand", "tax_id", "country", "updated_at")
    list_select_related = ("creator", "brand")
    search_fields = ("legal_name", "=creator__handle", "=brand__slug")
    ordering = ("-id",)
