"""Tell the other rooms that a connection changed."""

from creators.models import PlatformConnection
from veri.platform.events.services import publish_event

CHANGED_EVENT = "connection.changed"


def announce_connection(connection: PlatformConnection) -> None:
    """Publish ``connection.changed`` {connection_id, creator_id, platform, state} in the caller's transaction.

    It comes after each connect, disconnect, revocation and loss of the grant; ``state`` is the connection's new state.
    """
    publish_event(
        name=CHANGED_EVENT,
        key=str(connection.creator_id),
        payload={
            "connection_id": connection.pk,
            "creator_id": connection.creator_id,
            "platform": connection.platform,
            "state": str(connection.state),
        },
    )
