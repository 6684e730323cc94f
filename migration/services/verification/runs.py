"""The record of a pass: begin it or take it up again, end it with its result."""

from datetime import datetime, timedelta
from hashlib import md5
from typing import Any

from django.db import connection, transaction

from migration.enums import MismatchOutcome, ParityMode, ParityState, ParityTier
from migration.models import BackfillRun, Dataset, ParityMismatch, ParityRun, ParitySuspect
from migration.queries.version_marks import get_version_mark
from migration.registry import DatasetSpec
from migration.services.verification.alarms import raise_divergence
from migration.stores import rows
from veri.platform.observability.metrics import PARITY_ERRORS

RECENT = timedelta(hours=24)
RESUMED_WITHIN = timedelta(hours=6)
RESUMABLE = (ParityMode.FULL, ParityMode.RECENT, ParityMode.SCOPE)
_KEEP = """
INSERT INTO migration_paritymismatch
  (run_id, key, document_id, scope, kind, fields, differences, outcome, first_seen)
SELECT s.run_id, s.key, s.document_id, s.scope, s.kind, s.fields, s.differences, s.outcome,
  coalesce((
    SELECT min(m.first_seen) FROM migration_paritymismatch m JOIN migration_parityrun r ON r.id = m.run_id
    WHERE r.dataset_id = %(dataset)s AND m.resolved_at IS NULL
      AND m.key IS NOT DISTINCT FROM s.key AND m.document_id = s.document_id), %(now)s)
FROM migration_paritysuspect s WHERE s.run_id = %(run)s"""
# What an earlier pass reported, a pass over the same keys did not find any more.
_RESOLVE = """
UPDATE migration_paritymismatch m SET resolved_at = %(now)s, checked_at = %(now)s
FROM migration_parityrun r
WHERE r.id = m.run_id AND r.dataset_id = %(dataset)s AND m.run_id < %(run)s AND m.resolved_at IS NULL
  AND (%(scope)s::bigint IS NULL OR m.scope = %(scope)s)
  AND NOT EXISTS (
    SELECT 1 FROM migration_paritymismatch n
    WHERE n.run_id = %(run)s AND n.key IS NOT DISTINCT FROM m.key AND n.document_id = m.document_id)"""


@transaction.atomic(durable=True)
def open_run(
    spec: DatasetSpec, *, tier: ParityTier, mode: ParityMode, scope: int | None, actor: Any, now: datetime
) -> ParityRun:
    """Return the unfinished run of this kind, to go on at its cursor, or a new one.

    An unfinished run counts as failed when it is of another mapper or table, older than the latest backfill, untouched
    for six hours, or of a random sample.
    """
    dataset = Dataset.objects.get(name=spec.name)
    unfinished = ParityRun.objects.filter(
        dataset=dataset, tier=tier, mode=mode, scope=scope, state__in=[ParityState.RUNNING, ParityState.FAILED]
    )
    latest = unfinished.order_by("-pk").first()
    if latest is not None and _may_resume(latest, spec, now):
        ParityRun.objects.filter(pk=latest.pk).update(
            state=ParityState.RUNNING, error="", finished_at=None, updated_at=now
        )
        latest.refresh_from_db()
        return latest
    unfinished.filter(state=ParityState.RUNNING).update(
        state=ParityState.FAILED, error="ended before it was complete", finished_at=now
    )
    return _create(spec, dataset, tier=tier, mode=mode, scope=scope, actor=actor, now=now)


def _create(
    spec: DatasetSpec,
    dataset: Dataset,
    *,
    tier: ParityTier,
    mode: ParityMode,
    scope: int | None,
    actor: Any,
    now: datetime,
) -> ParityRun:
    mark = get_version_mark(before=now - RECENT) if mode == ParityMode.RECENT else rows.get_latest_version()
    return ParityRun.objects.create(
        dataset=dataset,
        tier=tier,
        mode=mode,
        scope=scope,
        started_at=now,
        updated_at=now,
        started_by=str(actor)[:150],
        estimated_total=rows.estimate_rows(spec),
        version_mark=mark,
        shape=build_shape(spec),
    )


def _may_resume(run: ParityRun, spec: DatasetSpec, now: datetime) -> bool:
    later = BackfillRun.objects.filter(dataset=run.dataset, started_at__gt=run.started_at)
    is_later = (
        run.pk
        == ParityRun.objects.filter(dataset=run.dataset, tier=run.tier, mode=run.mode, scope=run.scope).latest("pk").pk
    )
    return (
        is_later
        and run.mode in RESUMABLE
        and run.shape == build_shape(spec)
        and now - (run.updated_at or run.started_at) < RESUMED_WITHIN
        and not later.exists()
    )


def build_shape(spec: DatasetSpec) -> str:
    """Return a hash of what is compared: columns, types and mapper version."""
    kinds = ",".join(f"{one.name}:{one.kind}" for one in spec.mapper.fields)
    return md5(f"{spec.select_sql}|{kinds}|{spec.mapper.version}".encode(), usedforsecurity=False).hexdigest()


def fail_run(run: ParityRun, *, error: Exception, now: datetime) -> None:
    """Keep a run as failed: never clean, and taken up again by the next call."""
    ParityRun.objects.filter(pk=run.pk).update(
        state=ParityState.FAILED, error=_describe(error), updated_at=now, finished_at=now
    )


def _describe(error: Exception) -> str:
    from migration.errors import MigrationError  # what we refuse has words of its own

    return str(error)[:500] if isinstance(error, MigrationError) else type(error).__name__


@transaction.atomic(durable=True)
def finish_run(spec: DatasetSpec, run: ParityRun, *, now: datetime) -> ParityRun:
    """Turn what is left of the suspects into mismatches and give the run its result.

    A run over nothing is not clean; one with keys that kept changing is neither clean nor different.
    """
    facts: dict[str, int | datetime | None] = {"run": run.pk, "dataset": run.dataset_id, "now": now, "scope": run.scope}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, facts)
        if run.tier == ParityTier.DEEP and run.mode in (ParityMode.FULL, ParityMode.SCOPE):
            cursor.execute(_RESOLVE, facts)
    found = ParityMismatch.objects.filter(run=run)
    run.refresh_from_db()
    run.mismatched = found.filter(outcome=MismatchOutcome.MISMATCH).count()
    run.suspended = found.filter(outcome=MismatchOutcome.SUSPENDED).count()
    run.state, run.finished_at, run.updated_at = _judge(run), now, now
    run.save(update_fields=["mismatched", "suspended", "state", "finished_at", "updated_at"])
    ParitySuspect.objects.filter(run=run).delete()
    PARITY_ERRORS.labels(dataset=spec.name).inc(run.mismatched)
    raise_divergence(run=run, now=now)
    return run


def _judge(run: ParityRun) -> ParityState:
    if run.mismatched:
        return ParityState.DIFFERENT
    if not run.compared:
        return ParityState.EMPTY
    return ParityState.UNSETTLED if run.suspended else ParityState.CLEAN
