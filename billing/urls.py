"""Paths below ``/api/v1/``: usage."""

from django.urls import path

from billing.api.usage import UsageView
from billing.api.usage_days import QuotaView, UsageDaysView

urlpatterns = [
    path("usage", UsageView.as_view(), name="usage"),
    path("usage/days", UsageDaysView.as_view(), name="usage_days"),
    path("usage/quota", QuotaView.as_view(), name="usage_quota"),
]
