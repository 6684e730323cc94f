"""Paths below ``/api/v1/``: usage, payments, balances, payouts, invoices, plans; campaigns have a list of their own."""

from django.urls import path

from billing.api.balances import BalanceView, StatementExportView, StatementView
from billing.api.invoices import BillingProfileView, InvoiceExportView, InvoiceListView, InvoicePdfView
from billing.api.outcomes import OutcomeView
from billing.api.payments import CheckoutView, PaymentListView, PaymentSyncView, PaymentView
from billing.api.payouts import PayoutListView
from billing.api.plans import PlanListView, SubscriptionView
from billing.api.usage import UsageView
from billing.api.usage_days import QuotaView, UsageDaysView
from billing.campaign_urls import urlpatterns as campaign_paths

urlpatterns = [
    *campaign_paths,
    path("balance", BalanceView.as_view(), name="balance"),
    path("billing-profile", BillingProfileView.as_view(), name="billing-profile"),
    path("collaborations/<str:id>/outcome", OutcomeView.as_view(), name="collaboration-outcome"),
    path("invoices", InvoiceListView.as_view(), name="invoices"),
    path("invoices.csv", InvoiceExportView.as_view(), name="invoices-export"),
    path("invoices/<str:id>/pdf", InvoicePdfView.as_view(), name="invoice-pdf"),
    path("payments", PaymentListView.as_view(), name="payments"),
    path("payments/<str:reference>", PaymentView.as_view(), name="payment"),
    path("payments/<str:reference>/checkout", CheckoutView.as_view(), name="payment-checkout"),
    path("payments/<str:reference>/sync", PaymentSyncView.as_view(), name="payment-sync"),
    path("payouts", PayoutListView.as_view(), name="payouts"),
    path("plans", PlanListView.as_view(), name="plans"),
    path("statement", StatementView.as_view(), name="statement"),
    path("statement.csv", StatementExportView.as_view(), name="statement-export"),
    path("subscription", SubscriptionView.as_view(), name="subscription"),
    path("usage", UsageView.as_view(), name="usage"),
    path("usage/days", UsageDaysView.as_view(), name="usage_days"),
    path("usage/quota", QuotaView.as_view(), name="usage_quota"),
]
