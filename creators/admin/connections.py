"""Connections with their health; tokens are listed and never shown."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from creators.admin.connection_actions import ask_disconnect
from creators.enums import ConnectionHealth
from creators.models import ConnectionToken, ConnectTicket, PlatformConnection
from creators.queries.connections import tell_health
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

HEALTH_COLORS = {
    ConnectionHealth.GOOD.label: "success",
    ConnectionHealth.DELAYED.label: "warning",
    ConnectionHealth.LIMITED.label: "warning",
    ConnectionHealth.RECONNECT.label: "danger",
}


@admin.register(PlatformConnection)
class PlatformConnectionAdmin(ReadOnlyAdmin):
    list_display = ("creator", "platform", "account_name", "account_id", "health", "state_reason", "read_at")
    list_select_related = ("creator", "token", "sync_plan")
    list_filter = ("platform", "state")
    search_fields = ("account_id", "account_name", "creator__handle")
    ordering = ("-id",)
    actions = ("disconnect_selected", "read_selected")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Tell whether the actions are offered; the rows themselves stay read-only."""
        return bool(request.user.has_perm("creators.change_platformconnection"))

    @display(description="Health", label=HEALTH_COLORS)
    def health(self, connection: PlatformConnection) -> str:
        return str(tell_health(connection).label)

    @admin.display(description="Last read")
    def read_at(self, connection: PlatformConnection) -> object:
        plan = getattr(connection, "sync_plan", None)
        return plan.last_success_at if plan else None

    @admin.action(description="Disconnect", permissions=["operate"])
    def disconnect_selected(self, request: HttpRequest, queryset: QuerySet[PlatformConnection]) -> HttpResponse | None:
        return ask_disconnect(self, request, queryset)

    @admin.action(description="Read now", permissions=["operate"])
    def read_selected(self, request: HttpRequest, queryset: QuerySet[PlatformConnection]) -> None:
        from creators.admin.connection_actions import read_connections  # loads the clients

        read_connections(self, request, queryset)


@admin.register(ConnectionToken)
class ConnectionTokenAdmin(ReadOnlyAdmin):
    """When tokens end and how the last refresh went; the tokens themselves are in no field."""

    list_display = ("connection", "expires_at", "refreshed_at", "validated_at", "retry_at", "last_error")
    list_select_related = ("connection",)
    list_filter = ("last_error",)
    search_fields = ("connection__account_id", "connection__account_name")
    ordering = ("-refreshed_at",)
    fields = (
        *("connection", "expires_at", "refresh_expires_at", "refreshed_at"),
        *("validated_at", "retry_at", "last_error"),
    )


@admin.register(ConnectTicket)
class ConnectTicketAdmin(ReadOnlyAdmin):
    list_display = ("creator", "platform", "asked_by", "outcome", "created_at", "opened_at", "finished_at")
    list_select_related = ("creator", "asked_by")
    list_filter = ("platform", "outcome")
    search_fields = ("creator__handle",)
    ordering = ("-id",)
    fields = (
        *("creator", "platform", "asked_by", "return_to", "outcome", "connection"),
        *("created_at", "expires_at", "opened_at", "finished_at"),
    )
