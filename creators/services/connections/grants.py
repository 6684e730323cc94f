"""What a grant allows, and keeping it."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from creators.clients.records import TokenGrant
from creators.models import ConnectionToken

if TYPE_CHECKING:
    from creators.clients.client import PlatformClient


def list_granted(client: "PlatformClient", grant: TokenGrant) -> list[str]:
    """Return the granted scopes; a platform that does not tell granted what was asked for (RFC 6749, 5.1)."""
    scopes = client.backend.SCOPES if grant.scopes is None else grant.scopes
    return sorted(scope[:120] for scope in scopes)


def find_missing(client: "PlatformClient", granted: list[str]) -> list[str]:
    """Return the scopes that were asked for and not granted: people may untick some."""
    return sorted(set(client.backend.SCOPES) - set(granted))


def keep_grant(*, connection_id: int, grant: TokenGrant, now: datetime) -> None:
    """Store a new pair of tokens inside the caller's transaction; without a new refresh token the old one stays."""
    fields = {
        "access": grant.access,
        "expires_at": _add(now, grant.expires_in),
        "refreshed_at": now,
        "validated_at": now,
        "retry_at": None,
        "last_error": "",
    }
    if grant.refresh:
        fields |= {"refresh": grant.refresh, "refresh_expires_at": _add(now, grant.refresh_expires_in)}
    ConnectionToken.objects.update_or_create(connection_id=connection_id, defaults=fields)


def _add(now: datetime, seconds: int | None) -> datetime | None:
    return now + timedelta(seconds=seconds) if seconds else None
