"""Reconcile: repair what a parity run found, only by sending the keys through the relay again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from migration.enums import MismatchKind
from migration.errors import ReasonMissing
from migration.models import ParityMismatch, ParityRun
from migration.registry import get_spec
from migration.services.backfill import enqueue_deletes
from migration.stores import rows
from veri.platform.ops.services.audit import record_audit


@dataclass(frozen=True, kw_only=True)
class ReconcileResult:
    """Keys rewritten with a new version, keys to be deleted in MongoDB, keys that no longer have a row."""

    rewritten: int
    removed: int
    gone: int
    is_dry_run: bool


@transaction.atomic(durable=True)
def reconcile_run(*, run: ParityRun, actor: Any, reason: str, now: datetime, dry_run: bool = False) -> ReconcileResult:
    """Re-enqueue every unrepaired mismatch of a run: rows with a version bump, orphans as deletes.

    A dry run counts and changes nothing. Check parity again afterwards: that is the proof.

    Raises:
        ReasonMissing: without a reason.
    """
    if not reason.strip():
        raise ReasonMissing("Give a reason: it is kept in the audit trail.")
    spec = get_spec(run.dataset.name)
    open_mismatches = ParityMismatch.objects.filter(run=run, repaired_at=None)
    by_kind = list(open_mismatches.values_list("key", "kind"))
    orphans = sorted(key for key, kind in by_kind if kind == MismatchKind.EXTRA)
    keys = sorted(key for key, kind in by_kind if kind != MismatchKind.EXTRA)
    existing = rows.find_existing_keys(spec, keys=keys)
    result = ReconcileResult(
        rewritten=len(existing), removed=len(orphans), gone=len(keys) - len(existing), is_dry_run=dry_run
    )
    if dry_run:
        return result
    rows.touch_rows(spec, keys=sorted(existing))
    enqueue_deletes(spec, keys=orphans + sorted(set(keys) - existing))
    open_mismatches.update(repaired_at=now)
    record_audit(
        actor=actor,
        action="migration.reconcile",
        target=run.dataset,
        reason=reason,
        after={"run": run.pk, "rewritten": result.rewritten, "removed": result.removed, "gone": result.gone},
        now=now,
    )
    return result
