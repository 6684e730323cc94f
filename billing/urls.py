"""Paths below ``/api/v1/``: collaborations and usage."""

from django.urls import path

from billing.api.outcomes import OutcomeView
from billing.api.usage import UsageView

urlpatterns = [
    path("collaborations/<str:id>/outcome", OutcomeView.as_view(), name="collaboration-outcome"),
    path("usage", UsageView.as_view(), name="usage"),
]
