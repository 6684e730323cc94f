"""Paths below ``/api/v1/``: collaborations and usage."""

from django.urls import path

from billing.api.outcomes import OutcomeView
from billing.api.usage import UsageView
from billing.api.usage_days import QuotaView, UsageDaysView
from billing.campaign_urls import urlpatterns as campaign_paths

urlpatterns = [
    *campaign_paths,
    path("collaborations/<str:id>/outcome", OutcomeView.as_view(), name="collaboration-outcome"),
    path("usage", UsageView.as_view(), name="usage"),
    path("usage/days", UsageDaysView.as_view(), name="usage_days"),
    path("usage/quota", QuotaView.as_view(), name="usage_quota"),
]
