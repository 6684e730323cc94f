"""Idempotency records, to look at."""

from django.contrib import admin

from veri.platform.http.models import IdempotencyRecord
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(IdempotencyRecord)
class IdempotencyRecordAdmin(ReadOnlyAdmin):
    list_display = ["key", "owner", "response_status", "created_at", "locked_at"]
    list_select_related = ["owner"]
    list_filter = ["response_status"]
    search_fields = ["key", "owner__username"]
    # The stored answer is the owner's data, not the operator's.
    fields = ["key", "owner", "fingerprint", "response_status", "response_type", "created_at", "locked_at"]
