"""Reads of connections and of what they are like."""

from django.db.models import QuerySet

from creators.enums import ConnectionHealth, ConnectionState
from creators.models import PlatformConnection, User

MANY_FAILURES = 3


def list_visible_connections(*, acting_user: User) -> QuerySet[PlatformConnection]:
    """Return the connections a user may see, with what tells their health: all for staff, else the user's own."""
    rows = PlatformConnection.objects.select_related("creator", "token", "sync_plan")
    return rows if acting_user.is_staff else rows.filter(creator__owner=acting_user)


def tell_health(connection: PlatformConnection) -> ConnectionHealth:
    """Return what a connection is like; needs ``token`` and ``sync_plan``, without a query where they were joined."""
    if connection.state == ConnectionState.REVOKED:
        by_us = connection.state_reason == "disconnected"
        return ConnectionHealth.DISCONNECTED if by_us else ConnectionHealth.RECONNECT
    if connection.state == ConnectionState.BROKEN:
        return ConnectionHealth.RECONNECT
    if connection.missing_scopes:
        return ConnectionHealth.LIMITED
    token, plan = getattr(connection, "token", None), getattr(connection, "sync_plan", None)
    is_slow = bool((token and token.last_error) or (plan and plan.failures >= MANY_FAILURES))
    return ConnectionHealth.DELAYED if is_slow else ConnectionHealth.GOOD
