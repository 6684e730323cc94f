"""Audit trail, heartbeats and backup runs, to look at."""

from django.contrib import admin

from veri.platform.ops.admin.read_only import ReadOnlyAdmin
from veri.platform.ops.models import AuditEntry, BackupRun, Heartbeat


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor_label", "action", "target_type", "target_id", "reason"]
    list_filter = ["action", "target_type"]
    search_fields = ["actor_label", "target_id", "request_id", "reason"]
    date_hierarchy = "at"


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "at"]
    search_fields = ["name"]


@admin.register(BackupRun)
class BackupRunAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "state", "started_at", "finished_at", "size_bytes"]
    list_filter = ["kind", "state"]
    search_fields = ["name"]
