"""Celery's side of the migration: nightly parity, reconciliation, and the long steps an operator starts."""

import math
import time
from datetime import timedelta
from typing import Any

import structlog
from celery import Task, shared_task
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from pymongo.errors import PyMongoError

from migration.enums import COPIED_STAGES, ParityMode, ParityState, ParityTier, Stage
from migration.errors import MigrationError
from migration.models import BackfillRun, Dataset, ParityRun
from migration.registry import iterate_specs
from migration.services.archive import write_archive
from migration.services.backfill import BackfillProgress, run_backfill
from migration.services.heartbeats import (
    mark_version,
    note_arrivals,
    remove_old_heartbeats,
    send_due_heartbeats,
)
from migration.services.measures import remove_old_measures
from migration.services.reconcile import reconcile, reconcile_run
from migration.services.rollouts import advance_rollouts
from migration.services.verification import check_parity, continue_fast_pass, verify_keys
from migration.services.watch import enforce_outbox_limits, watch_datasets
from veri.platform.cache.locks import hold_lock
from veri.platform.ops.services.audit import record_audit

FAST_SECONDS = 20.0
SLICE_SECONDS = 180.0  # well below the task's time limit: a backfill of any length is many short tasks
PARITY_SECONDS = 3500
FORGOTTEN = timedelta(minutes=5)
logger = structlog.get_logger(__name__)


class _SliceOver(Exception):
    """Ends one slice of a backfill; the run keeps its cursor."""


@shared_task(name="migration.check_parity", time_limit=3600, soft_time_limit=3500)
def check_parity_task(**_unknown: Any) -> None:
    """Compare every dataset that was copied."""
    for name in _list_copied():
        _check(name)


@shared_task(name="migration.reconcile", time_limit=3600, soft_time_limit=3500)
def reconcile_task(**_unknown: Any) -> None:
    """Compare every copied dataset and send what differs through the relay again."""
    for name in _list_copied():
        run = _check(name)
        if run is not None and run.state == ParityState.DIFFERENT:
            reconcile_run(run=run, actor="beat", reason=f"scheduled, parity run {run.pk}", now=timezone.now())


@shared_task(bind=True, name="migration.run_backfill", max_retries=5, throws=(MigrationError, PyMongoError))
def run_backfill_task(self: Task, *, dataset: str, actor_id: int, reason: str, **_unknown: Any) -> None:
    """Copy a slice of a dataset, then ask for the next; MongoDB away is tried again, a refusal is kept in the audit."""
    with hold_lock(name=f"backfill:{dataset}", ttl=SLICE_SECONDS + 100) as is_mine:
        if not is_mine:
            logger.info("backfill_already_running", dataset=dataset)
            return
        try:
            is_finished = _backfill_slice(dataset=dataset, actor=_find_actor(actor_id), reason=reason)
        except MigrationError as refusal:
            _record(dataset, "backfill.failed", actor_id, reason=reason, error=str(refusal))
            raise
        except PyMongoError as error:
            if self.request.retries >= self.max_retries:
                away = f"MongoDB is away ({type(error).__name__})."
                _record(dataset, "backfill.failed", actor_id, reason=reason, error=away)
                raise
            raise self.retry(exc=error, countdown=2**self.request.retries) from error
    if not is_finished:
        run_backfill_task.apply_async(kwargs={"dataset": dataset, "actor_id": actor_id, "reason": reason})


@shared_task(
    name="migration.check_dataset_parity",
    time_limit=3600,
    soft_time_limit=PARITY_SECONDS,
    throws=(MigrationError, PyMongoError),
)
def check_dataset_parity_task(*, dataset: str, actor_id: int, reason: str, **_unknown: Any) -> None:
    """Compare one dataset; a run that MongoDB broke off is kept as failed."""
    with hold_lock(name=f"parity:{dataset}", ttl=PARITY_SECONDS) as is_mine:
        if is_mine:
            _record(dataset, "parity", actor_id, reason=reason)
            check_parity(name=dataset, clock=timezone.now, actor=_find_actor(actor_id))


@shared_task(name="migration.watch")
def watch_task(**_unknown: Any) -> None:
    """Roll back what breaks a limit, end captures whose outbox is full."""
    now = timezone.now()
    for done in (*watch_datasets(now=now), *enforce_outbox_limits(now=now)):
        logger.warning("watch_acted", what=done)


@shared_task(name="migration.advance_rollouts")
def advance_rollouts_task(**_unknown: Any) -> None:
    """Take the steps of rollout plans that are due and whose guards hold."""
    for done in advance_rollouts(now=timezone.now()):
        logger.info("rollout_step", what=done)


@shared_task(name="migration.continue_fast_pass")
def continue_fast_pass_task(**_unknown: Any) -> None:
    """Go on comparing fingerprints, for some seconds of every minute."""
    try:
        continue_fast_pass(budget_seconds=FAST_SECONDS, clock=timezone.now)
    except (MigrationError, PyMongoError) as error:  # kept as a failed run; the next minute tries again
        logger.warning("fast_pass_failed", error=_describe(error))


@shared_task(name="migration.remove_old_measures")
def remove_old_measures_task(**_unknown: Any) -> None:
    """Remove counts, shadow reads and preflights nobody looks at any longer."""
    remove_old_measures(now=timezone.now())


def _backfill_slice(*, dataset: str, actor: Any, reason: str) -> bool:
    deadline = time.monotonic() + SLICE_SECONDS

    def stop_in_time(progress: BackfillProgress) -> None:
        if time.monotonic() > deadline and not progress.is_finished:
            raise _SliceOver

    try:
        run_backfill(name=dataset, actor=actor, reason=reason, clock=timezone.now, on_progress=stop_in_time)
    except _SliceOver:
        return False
    return True


def _find_actor(actor_id: int) -> Any:
    if not actor_id:
        return "beat"
    return get_user_model()._default_manager.filter(pk=actor_id).first() or "a deleted account"  # noqa: SLF001  Django's documented API


def _record(
    dataset: str, action: str, actor_id: int, *, reason: str, error: str = "", after: dict[str, Any] | None = None
) -> None:
    with transaction.atomic():
        record_audit(
            actor=_find_actor(actor_id),
            action=f"migration.{action}",
            target=Dataset.objects.filter(name=dataset).first() or ("migration.dataset", dataset),
            reason=reason,
            after={"error": error} if error else after,
            now=timezone.now(),
        )


def _list_copied() -> list[str]:
    """Return the datasets MongoDB holds, also one that was rolled back; one that is paused rests."""
    known = {spec.name for spec in iterate_specs()}
    datasets = Dataset.objects.exclude(stage=Stage.PAUSED).order_by("pk")
    return [one.name for one in datasets if one.name in known and one.reached in COPIED_STAGES]


def _check(name: str) -> ParityRun | None:
    try:
        return check_parity(name=name, clock=timezone.now, actor="beat")
    except PyMongoError as error:  # kept as a failed run; the next schedule tries again
        logger.warning("parity_failed", dataset=name, error=type(error).__name__)
        return None


# --- capture: heartbeats, backfills that lost their process


@shared_task(name="migration.send_heartbeats")
def send_heartbeats_task(**_unknown: Any) -> None:
    """Send what is due, look what arrived, note the version of the hour, drop what is old."""
    now = timezone.now()
    mark_version(now=now)
    send_due_heartbeats(now=now)
    try:
        note_arrivals(now=now)
    except PyMongoError as error:  # under way they stay, and their age is the lag
        logger.warning("heartbeats_not_read", error=type(error).__name__)
    remove_old_heartbeats(now=now)


@shared_task(name="migration.sweep_backfills")
def sweep_backfills_task(**_unknown: Any) -> None:
    """Ask again for backfills nobody has moved lately: their process died, or the dataset was resumed."""
    forgotten = BackfillRun.objects.filter(finished_at=None, updated_at__lt=timezone.now() - FORGOTTEN)
    for name in forgotten.filter(dataset__stage=Stage.BACKFILL).values_list("dataset__name", flat=True):
        run_backfill_task.apply_async(kwargs={"dataset": name, "actor_id": 0, "reason": "goes on where it was left"})


# --- what an operator asks for: verification in any mode, repair, archive


@shared_task(name="migration.verify", time_limit=3600, soft_time_limit=PARITY_SECONDS, throws=(MigrationError,))
def verify_task(
    *,
    dataset: str,
    actor_id: int,
    reason: str,
    tier: str = ParityTier.DEEP,
    mode: str = ParityMode.FULL,
    scope: int | None = None,
    is_continued: bool = False,
    **_unknown: Any,
) -> None:
    """Verify a dataset for some minutes, then ask for the rest; a refusal or MongoDB away is kept in the audit."""
    asked = {"dataset": dataset, "actor_id": actor_id, "reason": reason, "tier": tier, "mode": mode, "scope": scope}
    if not is_continued:
        _record(dataset, "parity", actor_id, reason=reason, after={"tier": tier, "mode": mode, "scope": scope})
    try:
        run = check_parity(
            name=dataset,
            clock=timezone.now,
            actor=_find_actor(actor_id),
            tier=ParityTier(tier),
            mode=ParityMode(mode),
            scope=scope,
            budget_seconds=math.inf if mode == ParityMode.SAMPLE else SLICE_SECONDS,
        )
    except (MigrationError, PyMongoError) as error:
        _record(dataset, "parity.failed", actor_id, reason=reason, error=_describe(error))
        return
    is_paused = Dataset.objects.filter(name=dataset, stage=Stage.PAUSED).exists()  # asked again, it goes on
    if run.state == ParityState.RUNNING and not is_paused:
        verify_task.apply_async(kwargs={**asked, "is_continued": True})


@shared_task(name="migration.repair", time_limit=3600, soft_time_limit=PARITY_SECONDS)
def repair_task(
    *, dataset: str, actor_id: int, reason: str, runs: list[int], ids: list[int] | None = None, **_unknown: Any
) -> None:
    """Repair the open mismatches of passes, or chosen ones of them, then look whether they are right."""
    try:
        for run in ParityRun.objects.filter(pk__in=runs, dataset__name=dataset).order_by("pk"):
            reconcile(run=run, actor=_find_actor(actor_id), reason=reason, now=timezone.now(), ids=ids)
            verify_keys(run=run, clock=timezone.now, ids=ids)
    except (MigrationError, PyMongoError) as error:
        _record(dataset, "reconcile.failed", actor_id, reason=reason, error=_describe(error))


@shared_task(name="migration.verify_keys", time_limit=3600, soft_time_limit=PARITY_SECONDS)
def verify_keys_task(
    *, dataset: str, actor_id: int, reason: str, runs: list[int], ids: list[int], **_unknown: Any
) -> None:
    """Look again at chosen mismatches; those that agree by now are resolved."""
    try:
        for run in ParityRun.objects.filter(pk__in=runs, dataset__name=dataset).order_by("pk"):
            found = verify_keys(run=run, clock=timezone.now, ids=ids)
            _record(dataset, "parity.keys", actor_id, reason=reason, after={"run": run.pk, **vars(found)})
    except (MigrationError, PyMongoError) as error:
        _record(dataset, "parity.failed", actor_id, reason=reason, error=_describe(error))


@shared_task(name="migration.archive", time_limit=24 * 3600, soft_time_limit=24 * 3600 - 60)
def write_archive_task(*, dataset: str, actor_id: int, reason: str, **_unknown: Any) -> None:
    """Write an archive of a dataset that is done; one at a time."""
    with hold_lock(name=f"archive:{dataset}", ttl=24 * 3600) as is_mine:
        if not is_mine:
            return
        try:
            write_archive(name=dataset, actor=_find_actor(actor_id), reason=reason, now=timezone.now())
        except (MigrationError, OSError) as error:
            _record(dataset, "archive.failed", actor_id, reason=reason, error=_describe(error))


def _describe(error: Exception) -> str:
    if isinstance(error, PyMongoError):
        return f"MongoDB is away ({type(error).__name__})."
    return str(error)
