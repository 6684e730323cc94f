"""The quarantine: outbox rows MongoDB refused. Send them through the relay again, or give them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from migration.enums import READ_STAGES
from migration.errors import ReasonMissing
from migration.models import Dataset, OutboxRow
from veri.platform.ops.services.audit import record_audit

LISTED = 100


@dataclass(frozen=True, kw_only=True)
class QuarantineResult:
    """Rows handled, and rows left as they were."""

    done: int
    skipped: int


@transaction.atomic(durable=True)
def retry_quarantined(*, row_ids: Sequence[int], actor: Any, reason: str, now: datetime) -> QuarantineResult:
    """Let the relay take quarantined rows again; it reads their current content. Rows not in quarantine are skipped.

    Raises:
        ReasonMissing: nothing is changed.
    """
    _require(reason)
    found = _lock_rows(row_ids)
    OutboxRow.objects.filter(pk__in=found).update(quarantined_at=None, error="")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('migration_outbox', 'retry')")  # the relay wakes at the commit
    _record(action="migration.quarantine.retry", rows=found, actor=actor, reason=reason, now=now)
    return QuarantineResult(done=len(found), skipped=len(set(row_ids)) - len(found))


@transaction.atomic(durable=True)
def purge_quarantined(*, row_ids: Sequence[int], actor: Any, reason: str, now: datetime) -> QuarantineResult:
    """Delete quarantined rows for good: MongoDB keeps what it has, and the next parity check reports the key.

    Rows of a dataset that is, or may again be, read from MongoDB are skipped: without them its creator would be shown
    the old content.

    Raises:
        ReasonMissing: nothing is changed.
    """
    _require(reason)
    read = {one.name for one in Dataset.objects.all() if one.reached in READ_STAGES}
    found = {pk: row for pk, row in _lock_rows(row_ids).items() if row.dataset not in read}
    OutboxRow.objects.filter(pk__in=found).delete()
    _record(action="migration.quarantine.purge", rows=found, actor=actor, reason=reason, now=now)
    return QuarantineResult(done=len(found), skipped=len(set(row_ids)) - len(found))


def _require(reason: str) -> None:
    if not reason.strip():
        raise ReasonMissing("Give a reason: it is kept in the audit trail.")


def _lock_rows(row_ids: Sequence[int]) -> dict[int, OutboxRow]:
    rows = OutboxRow.objects.select_for_update().filter(pk__in=row_ids).exclude(quarantined_at=None).order_by("pk")
    return {row.pk: row for row in rows}


def _record(*, action: str, rows: dict[int, OutboxRow], actor: Any, reason: str, now: datetime) -> None:
    for name in sorted({row.dataset for row in rows.values()}):
        keys = [{"key": row.key, "error": row.error} for row in rows.values() if row.dataset == name]
        record_audit(
            actor=actor,
            action=action,
            target=("migration.outboxrow", name),
            reason=reason,
            before={"count": len(keys), "rows": keys[:LISTED]},
            now=now,
        )
