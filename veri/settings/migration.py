"""The migration engine's windows and thresholds: each is a variable ``MIGRATION_<NAME>``."""

from dataclasses import dataclass, fields
from typing import Any

from veri.settings.reader import EnvironmentReader

DAY = 86_400.0


@dataclass(frozen=True, kw_only=True)
class MigrationLimits:
    """Windows in seconds, shares between 0 and 1, sizes in rows."""

    dual_write_seconds: float = 7 * DAY  # captured and relayed for this long before a cutover
    high_volume_dual_write_seconds: float = 14 * DAY
    catchup_seconds: float = 600  # the lag has stayed low for this long
    lag_seconds: float = 5  # what low means
    soak_seconds: float = 7 * DAY
    rollout_step_seconds: float = DAY  # between two steps of the default plan
    parity_fresh_seconds: float = DAY
    backup_fresh_seconds: float = DAY
    heartbeat_seconds: float = 60  # between two heartbeats of a dataset
    shadow_share: float = 0.05  # of the reads
    shadow_samples: float = 1000  # before a promotion
    shadow_match: float = 0.9999
    shadow_deadline_seconds: float = 2
    latency_ratio: float = 1.2  # MongoDB's p95 beside PostgreSQL's
    rollback_p95_ms: float = 500
    rollback_window_seconds: float = 600  # for which the p95 stays above
    rollback_error_share: float = 0.05
    rollback_write_failure_share: float = 0.01
    rollback_lag_seconds: float = 60
    rollback_least_reads: float = 20  # fewer prove nothing
    outbox_limit: float = 5_000_000
    relay_deadline_seconds: float = 20  # for MongoDB's part of one batch or chunk
    chunk_seconds: float = 0.5  # a backfill's chunk aims at
    yield_rows: float = 50_000  # in the outbox, above which a backfill waits
    validate_share: float = 0.1  # of the rows a backfill compares after the copy
    verify_share: float = 0.25  # of the time a pass works while rows are written
    archive_keep_seconds: float = 30 * DAY
    divergence_share: float = 0.05  # from which on differences are an alarm


def read_limits(reader: EnvironmentReader) -> MigrationLimits:
    """Return the limits of the environment; problems are collected by the reader."""
    given: dict[str, Any] = {
        one.name: reader.number(f"MIGRATION_{one.name.upper()}", float(one.default), high=_find_highest(one.name))  # type: ignore[arg-type]  # every default is a number
        for one in fields(MigrationLimits)
    }
    return MigrationLimits(**given)


def _find_highest(name: str) -> float:
    return 1.0 if name.endswith(("_share", "_match")) else float("inf")
