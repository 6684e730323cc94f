"""Paths below ``/api/v1/``: usage."""

from django.urls import path

from billing.api.usage import UsageView

urlpatterns = [path("usage", UsageView.as_view(), name="usage")]
