"""Paths below ``/api/v1/``: brands, creators, their consents and interactions."""

from django.urls import path

from creators.api.brands import BrandListView
from creators.api.connections import ConnectionStartView, ConnectionSyncView, ConnectionView
from creators.api.consents import ConsentListView
from creators.api.content import ContentListView, ContentView
from creators.api.creators import ConnectionListView, CreatorListView, CreatorView
from creators.api.interactions import InteractionListView, InteractionView

urlpatterns = [
    path("brands", BrandListView.as_view(), name="brands"),
    path("connections/<str:id>", ConnectionView.as_view(), name="connection"),
    path("connections/<str:id>/sync", ConnectionSyncView.as_view(), name="connection-sync"),
    path("connections/<str:platform>/start", ConnectionStartView.as_view(), name="connection-start"),
    path("content", ContentListView.as_view(), name="content"),
    path("content/<str:id>", ContentView.as_view(), name="content-item"),
    path("creators", CreatorListView.as_view(), name="creators"),
    path("creators/<str:handle>", CreatorView.as_view(), name="creator"),
    path("creators/<str:handle>/connections", ConnectionListView.as_view(), name="creator-connections"),
    path("creators/<str:handle>/consents", ConsentListView.as_view(), name="creator-consents"),
    path("interactions", InteractionListView.as_view(), name="interactions"),
    path("interactions/<str:id>", InteractionView.as_view(), name="interaction"),
]
