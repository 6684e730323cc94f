"""The one way to a usable access token: refreshed once, whoever asks at the same time. See ADR 22."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from creators.clients.client import get_client
from creators.clients.errors import GrantRejected, PlatformError
from creators.enums import ConnectionState
from creators.errors import ConnectionDelayed, ConnectionNeedsAttention
from creators.models import ConnectionToken, PlatformConnection
from creators.services.connections.ending import end_grant
from creators.services.connections.grants import keep_grant
from veri.platform.secrets.keys import SecretUnreadable

MARGIN = timedelta(minutes=5)
RETRY_AFTER = timedelta(minutes=1)
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Looked:
    """What a look at the token gave: an access token, or why there is none."""

    access: str = field(default="", repr=False)
    reason: str = ""
    retry_at: datetime | None = None


def get_access_token(*, connection_id: int, now: datetime, rejected: str = "") -> str:
    """Return an access token that holds for at least five minutes, refreshed where it must be.

    ``rejected`` is a token the platform did not accept: it is replaced even if it should hold. Callers at the same
    time wait for one refresh and get its token. Hold no transaction.

    Raises:
        ConnectionNeedsAttention: there is no grant any more.
        ConnectionDelayed: the platform gives none just now.
    """
    found = _look(connection_id, rejected, now)
    if found is None:
        found = _refresh(connection_id, rejected, now)
    if found.access:
        return found.access
    if found.retry_at:
        raise ConnectionDelayed(connection_id=connection_id, reason=found.reason, retry_at=found.retry_at)
    raise ConnectionNeedsAttention(connection_id=connection_id, reason=found.reason)


def _look(connection_id: int, rejected: str, now: datetime) -> _Looked | None:
    """Return what needs no refresh."""
    token = ConnectionToken.objects.filter(connection_id=connection_id).first()
    if token is None:
        return _Looked(reason="no_token")
    try:
        return _Looked(access=token.access.reveal()) if _is_usable(token, rejected, now) else None
    except SecretUnreadable:
        return None  # told apart under the lock


def _is_usable(token: ConnectionToken, rejected: str, now: datetime) -> bool:
    if token.expires_at and token.expires_at <= now + MARGIN:
        return False
    try:
        return not rejected or token.access.reveal() != rejected
    except SecretUnreadable:
        return False


@transaction.atomic(durable=True)
def _refresh(connection_id: int, rejected: str, now: datetime) -> _Looked:
    """Refresh under the row's lock: single-use refresh tokens allow one caller, and its pair is kept before use.

    The transaction stays open over one HTTP call, which ends within 15 seconds. Nothing is raised in here: what was
    learnt of the grant has to be committed.
    """
    token = ConnectionToken.objects.select_for_update().filter(connection_id=connection_id).first()
    if token is None:
        return _Looked(reason="no_token")
    try:
        if _is_usable(token, rejected, now):
            return _Looked(access=token.access.reveal())
        refresh = token.refresh.reveal() if token.refresh else ""
    except SecretUnreadable:
        return _lose(connection_id, "secret_unreadable", now)
    if not refresh or (token.refresh_expires_at and token.refresh_expires_at <= now):
        return _lose(connection_id, "grant_expired", now)
    if token.retry_at and token.retry_at > now:
        return _Looked(reason=token.last_error, retry_at=token.retry_at)
    return _ask(token, refresh, now)


def _ask(token: ConnectionToken, refresh: str, now: datetime) -> _Looked:
    platform = PlatformConnection.objects.values_list("platform", flat=True).get(pk=token.connection_id)
    try:
        grant = get_client(platform).backend.build().refresh(refresh)
    except GrantRejected:
        return _lose(token.connection_id, "grant_rejected", now)
    except PlatformError as failure:
        token.retry_at = max(failure.retry_at or now, now + RETRY_AFTER)
        token.last_error = failure.code
        token.save(update_fields=["retry_at", "last_error"])
        logger.warning("refresh_failed", platform=platform, connection=token.connection_id, code=failure.code)
        return _Looked(reason=failure.code, retry_at=token.retry_at)
    keep_grant(connection_id=token.connection_id, grant=grant, now=now)
    return _Looked(access=grant.access)


def _lose(connection_id: int, reason: str, now: datetime) -> _Looked:
    """Note that the creator has to connect again."""
    end_grant(connection_id=connection_id, state=ConnectionState.BROKEN, reason=reason, actor="platform", now=now)
    return _Looked(reason=reason)
