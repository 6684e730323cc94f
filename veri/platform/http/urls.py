"""Paths below ``/api/v1/``: tokens and API keys."""

from django.urls import path

from veri.platform.http.api.api_keys import ApiKeyListView, ApiKeyRotationView, ApiKeyView
from veri.platform.http.api.tokens import TokenView

urlpatterns = [
    path("auth/token", TokenView.as_view(), name="token"),
    path("api-keys", ApiKeyListView.as_view(), name="api-keys"),
    path("api-keys/<int:pk>", ApiKeyView.as_view(), name="api-key"),
    path("api-keys/<int:pk>/rotate", ApiKeyRotationView.as_view(), name="api-key-rotate"),
]
