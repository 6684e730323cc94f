"""The event log in the console: read-only, with retry and purge of dead letters."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from veri.platform.events.models import Delivery, Event
from veri.platform.events.services import purge_dead, retry_dead
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("id", "name", "key", "published_at")
    list_filter = ("name",)
    search_fields = ("=key",)


@admin.register(Delivery)
class DeliveryAdmin(ReadOnlyAdmin):
    list_display = ("id", "event", "subscriber", "state", "attempts", "due_at", "delivered_at", "error")
    list_filter = ("state", "subscriber")
    list_select_related = ("event",)
    actions = ("retry_selected", "purge_selected")

    @admin.action(description="Retry dead letters", permissions=["change_delivery"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        keys = list(queryset.values_list("pk", flat=True))
        done = retry_dead(delivery_ids=keys, now=timezone.now())
        messages.info(request, f"{done} due again, {len(keys) - done} skipped: not dead letters.")

    @admin.action(description="Purge dead letters", permissions=["change_delivery"])
    def purge_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        keys = list(queryset.values_list("pk", flat=True))
        done = purge_dead(delivery_ids=keys)
        messages.warning(request, f"{done} purged, {len(keys) - done} skipped: not dead letters.")

    def has_change_delivery_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("events.change_delivery")
