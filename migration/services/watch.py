"""The watch: roll a dataset back by itself when its readers or its data suffer, and tell a person."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from migration.enums import READ_STAGES, Guard, MismatchKind, MismatchOutcome, Stage
from migration.errors import StageConflict
from migration.models import Dataset, ParityMismatch
from migration.queries.guards import read_guards
from migration.queries.guards.operation import get_current_lag
from migration.queries.guards.readings import format_window
from migration.queries.guards.reads import MONGO_READS, count_reads
from migration.queries.minutes import list_percentiles_ms
from migration.queries.status import get_latest_parity
from migration.services.datasets import end_capture, move_dataset
from migration.services.outbox_limit import find_overfull_datasets
from veri.platform.ops.services.notifications import queue_alert

ACTOR = "watch"
LOSS = (MismatchKind.MISSING, MismatchKind.STALE, MismatchKind.RESURRECTED)


def watch_datasets(*, now: datetime) -> list[str]:
    """Roll back every dataset read from MongoDB that breaks a limit; return a sentence for each."""
    return [
        f"{dataset.name}: {reason}"
        for dataset in Dataset.objects.filter(stage__in=READ_STAGES).order_by("pk")
        if (reason := find_danger(dataset=dataset, now=now)) and _roll_back(dataset, reason, now)
    ]


def find_danger(*, dataset: Dataset, now: datetime) -> str:
    """Return why a dataset must not be read from MongoDB any longer, or nothing."""
    checks = (_find_loss, _find_lag, _find_errors, _find_refusals, _find_slowness)
    return next((reason for check in checks if (reason := check(dataset, now))), "")


def _find_loss(dataset: Dataset, now: datetime) -> str:
    """Signals of lost writes: a trigger that is gone or silent, rows that MongoDB persistently lacks."""
    (triggers,) = read_guards(dataset=dataset, guards=[Guard.TRIGGERS], now=now)
    if not triggers.is_ok:
        return str(triggers)
    run = get_latest_parity(name=dataset.name)
    if run is None:
        return ""
    found = ParityMismatch.objects.filter(run__dataset=dataset, run__gte=run.pk, kind__in=LOSS, resolved_at=None)
    lost = found.filter(outcome=MismatchOutcome.MISMATCH).count()
    return f"{lost:,} rows are missing, stale or resurrected in MongoDB." if lost else ""


def _find_lag(dataset: Dataset, now: datetime) -> str:
    lag, limit = get_current_lag(dataset=dataset, now=now), settings.MIGRATION.rollback_lag_seconds
    return f"Writes wait {lag:.0f} s for MongoDB (limit {limit:g} s)." if lag > limit else ""


def _find_errors(dataset: Dataset, now: datetime) -> str:
    limits = settings.MIGRATION
    total, failed = count_reads(dataset=dataset, since=_get_start(dataset, now))
    if total < limits.rollback_least_reads or failed <= limits.rollback_error_share * total:
        return ""
    return f"{failed} of {total} reads of MongoDB failed (limit {limits.rollback_error_share:.0%})."


def _find_refusals(dataset: Dataset, now: datetime) -> str:
    (writes,) = read_guards(dataset=dataset, guards=[Guard.WRITES], now=now)
    return "" if writes.is_ok else str(writes)


def _find_slowness(dataset: Dataset, now: datetime) -> str:
    """The p95 was above its limit in every minute of the window that had reads, from its beginning to its end."""
    limits = settings.MIGRATION
    window = timedelta(seconds=limits.rollback_window_seconds)
    since = _get_start(dataset, now)
    slow = list_percentiles_ms(dataset=dataset.name, measures=MONGO_READS, since=since, share=0.95)
    is_whole = bool(slow) and now - min(slow) >= window - timedelta(minutes=1)
    if not is_whole or min(slow.values()) <= limits.rollback_p95_ms:
        return ""
    return f"The p95 of its reads was above {limits.rollback_p95_ms:g} ms for {format_window(window)}."


def _get_start(dataset: Dataset, now: datetime) -> datetime:
    """Return where the window begins; what was before the dataset's present stage does not count against it."""
    window = timedelta(seconds=settings.MIGRATION.rollback_window_seconds)
    return max(now - window, dataset.stage_changed_at or now - window)


def _roll_back(dataset: Dataset, reason: str, now: datetime) -> bool:
    """Move the route and queue the alarm in one transaction."""
    try:
        with transaction.atomic(durable=True):
            move_dataset(
                name=dataset.name, sources=READ_STAGES, target=Stage.ROLLED_BACK, actor=ACTOR, reason=reason, now=now
            )
            raise_alarm(dataset=dataset, title="was rolled back by itself", text=reason, now=now)
    except StageConflict:  # an operator was faster
        return False
    return True


def enforce_outbox_limits(*, now: datetime) -> list[str]:
    """Return datasets whose outbox is full to OFF and hold them there; tell a person that they must be copied anew."""
    return [name for name in find_overfull_datasets(now=now) if _stop_overfull(name, now)]


def _stop_overfull(name: str, now: datetime) -> bool:
    limit = f"{settings.MIGRATION.outbox_limit:,.0f}"
    reason = f"{limit} changes waited for MongoDB: capturing ended; a new backfill is needed."
    try:
        with transaction.atomic(durable=True):
            dataset = end_capture(name=name, actor=ACTOR, reason=reason, now=now)
            Dataset.objects.filter(pk=dataset.pk).update(is_held=True)
            raise_alarm(dataset=dataset, title="returned to off", text=reason, now=now)
    except StageConflict:  # an operator was faster
        return False
    return True


def raise_alarm(*, dataset: Dataset, title: str, text: str, now: datetime) -> int:
    """Queue a notice to everybody who is to be alarmed, in the caller's transaction; return how many were new."""
    body = (
        f"Dataset {dataset.name} {title}.\n\n{text}\n\n"
        "Its reads come from PostgreSQL, which has every write. The console's page of the dataset shows what was found;"
        " the migration runbook says what to do."
    )
    key = f"migration:{dataset.name}:{title}"
    return queue_alert(subject=f"Veri: {dataset.name} {title}", body=body, now=now, dedup_key=key)
