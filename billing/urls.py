"""Paths below ``/api/v1/``: usage."""

from django.urls import path

from billing.api.usage import UsageView
from billing.campaign_urls import urlpatterns as campaign_paths

urlpatterns = [*campaign_paths, path("usage", UsageView.as_view(), name="usage")]
