"""Paths outside of the API: what payment providers call."""

from django.urls import path

from billing.api.payment_webhooks import payment_webhook_view

urlpatterns = [path("webhooks/payments/<str:provider>", payment_webhook_view, name="payment-webhook")]
