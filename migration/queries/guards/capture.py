"""Guards of the way up to a complete copy."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from migration.enums import Flag, Guard
from migration.models import BackfillRun, Dataset, Preflight
from migration.queries.flags import read_flag
from migration.queries.guards.readings import Finding, checks
from migration.queries.heartbeats import find_missing_triggers, get_latest_heartbeat
from migration.registry import get_spec

PREFLIGHT_FRESH = timedelta(minutes=10)
HEARTBEATS_MISSED = 5  # in a row, before a trigger counts as silent

_SETTLED = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= %(since)s AND NOT EXISTS (
  SELECT 1 FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = current_database()
    AND age(backend_xmin) > age((%(since)s %% 4294967296)::text::xid))"""


@checks(Guard.USE_MONGO)
def check_flag(_dataset: Dataset, _now: datetime) -> Finding:
    is_on = read_flag(Flag.USE_MONGO)
    return Finding(
        is_ok=is_on, value="on" if is_on else "off", threshold="on", remedy="Switch USE_MONGO on, on the Flags page."
    )


@checks(Guard.PREFLIGHT)
def check_preflight(dataset: Dataset, now: datetime) -> Finding:
    latest = Preflight.objects.filter(dataset=dataset, at__gt=now - PREFLIGHT_FRESH).order_by("-at").first()
    if latest is None:
        return Finding(is_ok=False, value="not run lately", threshold="all green", remedy="Run the preflight.")
    failed = [f"{one['name']}: {one['detail']}" for one in latest.findings if not one["ok"]]
    value = "; ".join(failed) or f"{len(latest.findings)} checks green"
    return Finding(is_ok=latest.is_ok, value=value, threshold="all green", remedy="Mend what the preflight names.")


@checks(Guard.SETTLED)
def check_settled(dataset: Dataset, _now: datetime) -> Finding:
    is_ok = dataset.captured_since is not None and is_settled(since=dataset.captured_since)
    return Finding(
        is_ok=is_ok,
        value="none left" if is_ok else "older transactions are open",
        threshold="none",
        remedy="End transactions that were open before the capture started.",
    )


def is_settled(*, since: int) -> bool:
    """Tell whether nobody is left who may write without being captured: no older transaction, no older snapshot."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, {"since": since})
        return bool(cursor.fetchone()[0])


@checks(Guard.TRIGGERS)
def check_triggers(dataset: Dataset, now: datetime) -> Finding:
    missing = find_missing_triggers(get_spec(dataset.name))
    if missing:
        return Finding(
            is_ok=False,
            value="; ".join(missing),
            threshold="all present, seen by heartbeat",
            remedy="Run `manage.py migrate`; then roll back and backfill anew: writes were missed.",
        )
    return _check_heartbeat(dataset, now)


def _check_heartbeat(dataset: Dataset, now: datetime) -> Finding:
    """Judge the newest heartbeat; a table without rows has none, its catalogue must do."""
    beat = get_latest_heartbeat(dataset=dataset)
    threshold = "all present, seen by heartbeat"
    if beat is None:
        return Finding(is_ok=True, value="present; no heartbeat sent yet", threshold=threshold)
    allowed = HEARTBEATS_MISSED * settings.MIGRATION.heartbeat_seconds
    waited = (now - beat.sent_at).total_seconds()
    if beat.seen_at is None and waited > allowed:
        value = f"a heartbeat is under way since {waited:.0f} s"
        return Finding(is_ok=False, value=value, threshold=threshold, remedy="Look at the relay and at the triggers.")
    return Finding(is_ok=True, value=f"present; last heartbeat {waited:.0f} s ago", threshold=threshold)


@checks(Guard.BACKFILL)
def check_backfill(dataset: Dataset, _now: datetime) -> Finding:
    run = BackfillRun.objects.filter(dataset=dataset).order_by("-pk").first()
    if run is None:
        return Finding(is_ok=False, value="never", threshold="complete", remedy="Start a backfill.")
    is_ok = run.finished_at is not None and not run.problem
    complete = f"complete, {run.validated:,} rows compared" if run.finished_at else f"{run.copied:,} rows so far"
    value = run.problem or complete
    return Finding(is_ok=is_ok, value=value, threshold="complete", remedy="Let it end, or start it again.")
