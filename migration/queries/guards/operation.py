"""Guards about the running engine: lag, quarantine, indexes, backup, time."""

from datetime import datetime, timedelta

from django.conf import settings

from migration.enums import Guard
from migration.models import Dataset, OutboxRow
from migration.queries.guards.readings import Finding, checks, format_window
from migration.queries.heartbeats import get_relay_lag, list_lags
from migration.queries.status import get_outbox_status
from migration.registry import get_spec
from veri.platform.ops.enums import BackupKind
from veri.platform.ops.queries import get_latest_backup


@checks(Guard.LAG)
def check_lag(dataset: Dataset, now: datetime) -> Finding:
    """The lag is low now, and every heartbeat of the window before was seen in time."""
    limits = settings.MIGRATION
    lag = get_current_lag(dataset=dataset, now=now)
    window = timedelta(seconds=limits.catchup_seconds)
    worst = max([lag, *(one for _, one in list_lags(dataset=dataset, since=now - window))])
    wanted = f"below {limits.lag_seconds:g} s for {format_window(window)}"
    is_old_enough = dataset.captured_at is not None and now - dataset.captured_at >= window
    value = f"{lag:.1f} s, at most {worst:.1f} s" if is_old_enough else f"{lag:.1f} s, captured only lately"
    is_ok = is_old_enough and worst < limits.lag_seconds
    return Finding(is_ok=is_ok, value=value, threshold=wanted, remedy="Start a relay, or wait until it keeps up.")


def get_current_lag(*, dataset: Dataset, now: datetime) -> float:
    """Return the seconds the oldest write waits for MongoDB: the outbox's oldest row, or the heartbeat's lag."""
    oldest = get_outbox_status(now=now, dataset=dataset.name).oldest_seconds
    return max(oldest, get_relay_lag(dataset=dataset, now=now) or 0.0)


@checks(Guard.DEAD_LETTERS)
def check_dead_letters(dataset: Dataset, _now: datetime) -> Finding:
    count = OutboxRow.objects.filter(dataset=dataset.name).exclude(quarantined_at=None).count()
    return Finding(
        is_ok=not count,
        value=f"{count:,} rows",
        threshold="0",
        remedy="Mend the rows and retry them in the quarantine.",
    )


@checks(Guard.INDEXES)
def check_indexes(dataset: Dataset, _now: datetime) -> Finding:
    from migration.stores.probes import list_missing_indexes  # the driver loads only for this guard

    missing = list_missing_indexes(get_spec(dataset.name))
    return Finding(
        is_ok=not missing,
        value=f"missing: {', '.join(missing)}" if missing else "all present",
        threshold="all present",
        remedy="Start a backfill again: it creates them at its end.",
    )


@checks(Guard.BACKUP)
def check_backup(_dataset: Dataset, now: datetime) -> Finding:
    fresh = timedelta(seconds=settings.MIGRATION.backup_fresh_seconds)
    latest = get_latest_backup(kind=BackupKind.VERIFY)
    is_ok = latest is not None and now - latest.finished_at <= fresh
    value = f"{latest.finished_at:%Y-%m-%d %H:%M}" if latest else "never"
    remedy = "Run `manage.py backup create` and `manage.py backup verify`."
    return Finding(is_ok=is_ok, value=value, threshold=f"within {format_window(fresh)}", remedy=remedy)


@checks(Guard.DUAL_WRITE)
def check_dual_write(dataset: Dataset, now: datetime) -> Finding:
    limits = settings.MIGRATION
    is_high = get_spec(dataset.name).is_high_volume
    window = timedelta(seconds=limits.high_volume_dual_write_seconds if is_high else limits.dual_write_seconds)
    return _check_elapsed(dataset.captured_at, now, window)


@checks(Guard.SOAK)
def check_soak(dataset: Dataset, now: datetime) -> Finding:
    return _check_elapsed(dataset.stage_changed_at, now, timedelta(seconds=settings.MIGRATION.soak_seconds))


def _check_elapsed(since: datetime | None, now: datetime, window: timedelta) -> Finding:
    elapsed = now - since if since else timedelta(0)
    is_ok = since is not None and elapsed >= window
    return Finding(is_ok=is_ok, value=format_window(elapsed), threshold=format_window(window), remedy="Wait.")


@checks(Guard.ROLLOUT)
def check_rollout(dataset: Dataset, _now: datetime) -> Finding:
    return Finding(
        is_ok=dataset.read_percent == 100,  # noqa: PLR2004  all of them
        value=f"{dataset.read_percent} % of the cohorts",
        threshold="100 %",
        remedy="Let the rollout plan take its steps, or set the percentage.",
    )
