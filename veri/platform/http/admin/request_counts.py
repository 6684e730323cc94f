"""Requests by user and day, to look at."""

from django.contrib import admin

from veri.platform.http.models import RequestCount
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(RequestCount)
class RequestCountAdmin(ReadOnlyAdmin):
    list_display = ["day", "user", "count"]
    list_select_related = ["user"]
    list_filter = ["day"]
    search_fields = ["=user__username"]
    search_help_text = "An exact user name."
    ordering = ["-day", "-count"]
