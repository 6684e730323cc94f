"""Create, rotate and revoke API keys; the secret is shown to the caller once and never stored."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from veri.platform.connections.batches import Batches
from veri.platform.connections.bridge import is_bridged, wait_for
from veri.platform.http.errors import ApiKeyNotUsable, UnknownScopes
from veri.platform.http.models import ApiKey
from veri.platform.http.scopes import list_scopes
from veri.platform.ops.services.audit import record_audit

DEFAULT_OVERLAP = timedelta(hours=24)
USE_RECORDED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class CreatedApiKey:
    """A new key with what its holder sends: ``Authorization: Api-Key <credential>``."""

    key: ApiKey
    credential: str = field(repr=False)


def create_api_key(
    *,
    owner: Any,
    name: str,
    scopes: Sequence[str],
    acting_user: Any,
    now: datetime,
    expires_at: datetime | None = None,
    rate_limit: str = "",
) -> CreatedApiKey:
    """Create a key.

    Raises:
        UnknownScopes: when a scope is not registered.
    """
    unknown = sorted(set(scopes) - set(list_scopes()))
    if unknown:
        raise UnknownScopes(scopes=unknown)
    key = ApiKey(
        owner_id=owner.pk,
        name=name,
        scopes=sorted(set(scopes)),
        created_at=now,
        expires_at=expires_at,
        rate_limit=rate_limit,
    )
    with transaction.atomic():
        return _save_new(key, acting_user=acting_user, action="http.api_key_created", now=now)


def rotate_api_key(
    *, key: ApiKey, acting_user: Any, now: datetime, overlap: timedelta = DEFAULT_OVERLAP
) -> CreatedApiKey:
    """Create the successor of a key; the old one stays valid for ``overlap``.

    Raises:
        ApiKeyNotUsable: when the key is expired or revoked, or has been rotated already.
    """
    with transaction.atomic():
        old = ApiKey.objects.select_for_update().get(pk=key.pk)
        if not old.is_usable(now=now) or old.replacements.exists():
            raise ApiKeyNotUsable(prefix=old.prefix)
        ends = now + overlap
        old.revoked_at = min(ends, old.revoked_at) if old.revoked_at else ends
        old.save(update_fields=["revoked_at"])
        successor = ApiKey(
            owner_id=old.owner_id,
            name=old.name,
            scopes=old.scopes,
            created_at=now,
            expires_at=old.expires_at,
            rate_limit=old.rate_limit,
            rotated_from=old,
        )
        return _save_new(successor, acting_user=acting_user, action="http.api_key_rotated", now=now)


def revoke_api_key(*, key: ApiKey, acting_user: Any, now: datetime, reason: str = "") -> ApiKey:
    """Revoke a key at once; revoking a revoked key changes nothing."""
    with transaction.atomic():
        locked = ApiKey.objects.select_for_update().get(pk=key.pk)
        if locked.revoked_at is None or locked.revoked_at > now:
            locked.revoked_at = now
            locked.save(update_fields=["revoked_at"])
            record_audit(actor=acting_user, action="http.api_key_revoked", target=locked, reason=reason, now=now)
        return locked


def record_api_key_use(*, key: ApiKey, now: datetime) -> None:
    """Remember when a key was last used, at most once a minute per key."""
    if key.last_used_at and now - key.last_used_at < USE_RECORDED_EVERY:
        return
    if is_bridged():
        wait_for(_USES.submit((key.pk, now)))
    else:
        _record_uses([(key.pk, now)])


def _record_uses(uses: Sequence[tuple[int, datetime]]) -> list[None]:
    now = max(at for _, at in uses)
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - USE_RECORDED_EVERY)
    ApiKey.objects.filter(stale, pk__in={pk for pk, _ in uses}).update(last_used_at=now)
    return [None] * len(uses)


_USES: Batches[tuple[int, datetime], None] = Batches(name="key-uses", process=_record_uses)


def hash_secret(secret: str) -> str:
    """Return the SHA-256 of a secret, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _save_new(key: ApiKey, *, acting_user: Any, action: str, now: datetime) -> CreatedApiKey:
    secret = secrets.token_urlsafe(32)
    key.prefix = secrets.token_hex(6)
    key.secret_hash = hash_secret(secret)
    key.save(force_insert=True)
    after = {"prefix": key.prefix, "name": key.name, "scopes": key.scopes}
    record_audit(actor=acting_user, action=action, target=key, after=after, now=now)
    return CreatedApiKey(key=key, credential=f"{key.prefix}.{secret}")
