"""Disconnect: the tokens go at once, the platform is asked to end the grant, whatever it says."""

from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from creators.clients.client import CONNECTABLE, get_client
from creators.clients.errors import PlatformError
from creators.enums import ConnectionState
from creators.models import ConnectionToken, PlatformConnection
from creators.services.connections.ending import end_grant
from veri.platform.secrets.keys import SecretUnreadable

logger = structlog.get_logger(__name__)


def disconnect(*, connection: PlatformConnection, acting_user: Any, reason: str, now: datetime) -> bool:
    """Forget a connection's tokens, then ask the platform to end the grant; return whether it did.

    The connection stays as a disconnected one, for what rests on it. Publishes ``connection.changed``.
    """
    word = _forget_tokens(connection.pk, acting_user, reason, now)
    return _ask_platform(connection, word) if word else False


def revoke_connections(*, creator_id: int, now: datetime, acting_user: Any = "erasure", reason: str = "") -> int:
    """Disconnect every connection of a creator, as before an erasure; return how many there are.

    Hold no transaction: each platform is asked over HTTP. Without tokens nothing is asked.
    """
    connections = list(PlatformConnection.objects.filter(creator_id=creator_id).order_by("pk"))
    for connection in connections:
        disconnect(connection=connection, acting_user=acting_user, reason=reason, now=now)
    return len(connections)


@transaction.atomic(durable=True)
def record_revocation(*, connection_id: int, now: datetime, reason: str = "revoked_on_platform") -> bool:
    """Take note that the creator ended the grant on the platform; return whether that is new.

    Publishes ``connection.changed``.
    """
    ConnectionToken.objects.select_for_update().filter(connection_id=connection_id).first()
    ended = end_grant(
        connection_id=connection_id, state=ConnectionState.REVOKED, reason=reason, actor="platform", now=now
    )
    return ended is not None


@transaction.atomic(durable=True)
def _forget_tokens(connection_id: int, acting_user: Any, reason: str, now: datetime) -> str:
    """Delete the tokens under their lock, so that a refresh under way cannot bring them back; return what to revoke."""
    token = ConnectionToken.objects.select_for_update().filter(connection_id=connection_id).first()
    end_grant(
        connection_id=connection_id,
        state=ConnectionState.REVOKED,
        reason="disconnected",
        actor=acting_user,
        why=reason,
        now=now,
    )
    if token is None:
        return ""
    try:
        return str((token.refresh or token.access).reveal())
    except SecretUnreadable:
        return ""


def _ask_platform(connection: PlatformConnection, word: str) -> bool:
    if connection.platform not in CONNECTABLE:
        return False
    try:
        get_client(connection.platform).backend.build().revoke(word)
    except PlatformError as failure:
        logger.warning("revoke_failed", platform=connection.platform, connection=connection.pk, code=failure.code)
        return False
    return True
