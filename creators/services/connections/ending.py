"""A grant that is over, whoever ended it."""

from datetime import datetime
from typing import Any

from creators.enums import ConnectionState
from creators.models import ConnectionToken, PlatformConnection, SyncPlan
from creators.services.connections.announcing import announce_connection
from veri.platform.ops.services.audit import record_audit


def end_grant(
    *, connection_id: int, state: ConnectionState, reason: str, actor: Any, now: datetime, why: str = ""
) -> PlatformConnection | None:
    """Delete the tokens and the plan of a connection and give it its new state, inside the caller's transaction.

    ``reason`` is a word for rows, ``why`` what a person wrote. Running it again changes nothing; None says so. Its
    subscriptions are ended by the clock.
    """
    ConnectionToken.objects.filter(connection_id=connection_id).delete()
    SyncPlan.objects.filter(connection_id=connection_id).delete()
    connection = PlatformConnection.objects.select_for_update().filter(pk=connection_id).first()
    if connection is None or (connection.state == state and connection.state_reason == reason):
        return None
    before = {"state": connection.state, "reason": connection.state_reason}
    connection.state, connection.state_reason = state, reason
    connection.save(update_fields=["state", "state_reason"])
    record_audit(
        actor=actor,
        action=f"connection.{state}",
        target=connection,
        reason=why,
        before=before,
        after={"state": str(state), "reason": reason},
        now=now,
    )
    announce_connection(connection)
    return connection
