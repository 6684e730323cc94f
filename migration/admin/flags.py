"""Stored flags, to look at; the Flags page switches them."""

from django.contrib import admin

from migration.models import FeatureFlag
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(FeatureFlag)
class FeatureFlagAdmin(ReadOnlyAdmin):
    list_display = ("name", "is_on", "changed_by", "changed_at", "reason")
    list_filter = ("is_on",)
    search_fields = ("name", "reason", "changed_by")
    ordering = ("name",)
