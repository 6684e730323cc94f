"""Notices in the console: retry what failed, purge what is closed."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from veri.platform.ops.admin.read_only import ReadOnlyAdmin
from veri.platform.ops.models import Notification
from veri.platform.ops.services.notifications import purge_notifications, retry_notifications


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = ["subject", "channel", "recipient", "state", "attempts", "created_at", "next_attempt_at", "sent_at"]
    list_filter = ["state", "channel"]
    search_fields = ["subject", "recipient", "dedup_key"]
    actions = ["retry_selected", "purge_selected"]

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Tell whether the actions are offered; the rows themselves stay read-only."""
        return bool(request.user.has_perm("ops.change_notification"))

    @admin.action(description="Retry failed and dead notices", permissions=["operate"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        keys = list(queryset.values_list("pk", flat=True))
        done = retry_notifications(notification_ids=keys, now=timezone.now())
        self.message_user(request, f"{done} due again, {len(keys) - done} skipped.", messages.SUCCESS)

    @admin.action(description="Purge sent and dead notices", permissions=["operate"])
    def purge_selected(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        keys = list(queryset.values_list("pk", flat=True))
        done = purge_notifications(notification_ids=keys)
        self.message_user(request, f"{done} purged, {len(keys) - done} skipped: still open.", messages.SUCCESS)
