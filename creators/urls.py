"""Paths below ``/api/v1/``: creators and interactions."""

from django.urls import path

from creators.api.creators import ConnectionListView, CreatorListView, CreatorView
from creators.api.interactions import InteractionListView, InteractionView

urlpatterns = [
    path("creators", CreatorListView.as_view(), name="creators"),
    path("creators/<str:handle>", CreatorView.as_view(), name="creator"),
    path("creators/<str:handle>/connections", ConnectionListView.as_view(), name="creator-connections"),
    path("interactions", InteractionListView.as_view(), name="interactions"),
    path("interactions/<str:id>", InteractionView.as_view(), name="interaction"),
]
