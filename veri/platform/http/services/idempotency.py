"""Claim, answer and clean up idempotency keys."""

import math
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from veri.platform.http.models import IdempotencyRecord

LOCK_SECONDS = 60
KEPT_FOR = timedelta(hours=24)
DELETE_BATCH = 5_000


@dataclass(frozen=True, kw_only=True)
class Claim:
    """The right to do the work; lost when the lock expires and somebody else takes it."""

    record_id: int
    lock_token: uuid.UUID


@dataclass(frozen=True, kw_only=True)
class Replay:
    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Reuse:
    """The key belongs to another request."""


@dataclass(frozen=True, kw_only=True)
class Conflict:
    """The first request still runs; ``retry_after`` is in seconds."""

    retry_after: int


def claim_idempotency_key(
    *, owner: Any, key: str, fingerprint: str, now: datetime
) -> Claim | Replay | Reuse | Conflict:
    """Claim a key for one request.

    The insert decides between concurrent callers. A holder that died loses its lock after ``LOCK_SECONDS``, and
    records older than ``KEPT_FOR`` count as gone even before they are removed.
    """
    token = uuid.uuid4()
    fresh = IdempotencyRecord(
        owner_id=owner.pk, key=key, fingerprint=fingerprint, lock_token=token, locked_at=now, created_at=now
    )
    with transaction.atomic():
        IdempotencyRecord.objects.bulk_create([fresh], ignore_conflicts=True)
        record = IdempotencyRecord.objects.select_for_update().get(owner_id=owner.pk, key=key)
        if record.lock_token == token:
            return Claim(record_id=record.pk, lock_token=token)
        if now - record.created_at >= KEPT_FOR:
            return _take_over(record, token=token, fingerprint=fingerprint, created_at=now, locked_at=now)
        return _answer_from(record, token=token, fingerprint=fingerprint, now=now)


def _answer_from(
    record: IdempotencyRecord, *, token: uuid.UUID, fingerprint: str, now: datetime
) -> Claim | Replay | Reuse | Conflict:
    if record.fingerprint != fingerprint:
        return Reuse()
    if record.response_status is not None:
        body = bytes(record.response_body)
        return Replay(status=record.response_status, content_type=record.response_type, body=body)
    left = LOCK_SECONDS - (now - record.locked_at).total_seconds()
    if left > 0:
        return Conflict(retry_after=math.ceil(left))
    return _take_over(record, token=token, fingerprint=fingerprint, created_at=record.created_at, locked_at=now)


def _take_over(
    record: IdempotencyRecord,
    *,
    token: uuid.UUID,
    fingerprint: str,
    created_at: datetime,
    locked_at: datetime,
) -> Claim:
    IdempotencyRecord.objects.filter(pk=record.pk).update(
        fingerprint=fingerprint,
        lock_token=token,
        locked_at=locked_at,
        created_at=created_at,
        response_status=None,
        response_type="",
        response_body=b"",
    )
    return Claim(record_id=record.pk, lock_token=token)


def store_idempotent_response(*, claim: Claim, status: int, content_type: str, body: bytes) -> bool:
    """Keep the answer; return whether the claim was still ours."""
    mine = IdempotencyRecord.objects.filter(pk=claim.record_id, lock_token=claim.lock_token)
    return bool(mine.update(response_status=status, response_type=content_type, response_body=body))


def release_idempotency_key(*, claim: Claim) -> None:
    """Forget a claim whose work failed on our side, so that the caller may try again at once."""
    IdempotencyRecord.objects.filter(
        pk=claim.record_id, lock_token=claim.lock_token, response_status__isnull=True
    ).delete()


def remove_expired_idempotency_keys(*, now: datetime) -> int:
    """Delete records older than ``KEPT_FOR`` in batches; return how many."""
    removed = 0
    while True:
        batch = IdempotencyRecord.objects.filter(created_at__lt=now - KEPT_FOR).order_by("created_at")
        count, _ = IdempotencyRecord.objects.filter(
            pk__in=list(batch.values_list("pk", flat=True)[:DELETE_BATCH])
        ).delete()
        removed += count
        if count < DELETE_BATCH:
            return removed
