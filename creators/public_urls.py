"""Paths outside of the API: public pages, the connect flow, and what platforms call."""

from django.urls import path

from creators.api.connect import callback_view, open_view
from creators.api.profile_page import profile_view
from creators.api.webhooks import webhook_view

urlpatterns = [
    path("@<str:handle>", profile_view, name="profile"),
    path("connect/<str:address>", open_view, name="connect"),
    path("connect/<str:platform>/callback", callback_view, name="connect-callback"),
    path("webhooks/<str:platform>", webhook_view, name="webhook"),
]
