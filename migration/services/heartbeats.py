"""Heartbeats: one row of each captured table is touched, and the touch must arrive in MongoDB."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from migration.enums import Flag
from migration.models import CaptureHeartbeat, Dataset, OutboxRow, VersionMark
from migration.queries.flags import is_flag_on
from migration.queries.heartbeats import is_heartbeat_due
from migration.registry import DatasetSpec, get_spec, iterate_specs
from migration.stores import rows
from migration.stores.documents import read_versions

KEPT = timedelta(days=14)
MARK_EVERY = timedelta(hours=1)
LOCK_MS = 200
COUNTED = 100_000  # rows of an outbox; more is shown as this many
LOOKED_AT = 100  # heartbeats under way
logger = structlog.get_logger(__name__)

_UNSEEN = """
SELECT h.id, h.key, h.version FROM migration_captureheartbeat h JOIN migration_dataset d ON d.id = h.dataset_id
WHERE d.name = %s AND h.seen_at IS NULL ORDER BY h.id DESC LIMIT %s"""


@transaction.atomic
def send_heartbeat(*, dataset: str, now: datetime) -> CaptureHeartbeat | None:
    """Touch the newest row nobody holds, and note its new version; None when there is no such row.

    A touch that gives no new version is noted with one that will never arrive: the version trigger is dead.
    """
    spec = get_spec(dataset)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MS}")
    touched = rows.touch_newest(spec)
    if touched is None:
        return None
    version = touched.after if touched.after > touched.before else rows.take_version()
    depth = OutboxRow.objects.filter(dataset=dataset, quarantined_at=None)[:COUNTED].count()
    owner = Dataset.objects.get(name=dataset)
    return CaptureHeartbeat.objects.create(dataset=owner, key=touched.key, version=version, sent_at=now, depth=depth)


def send_due_heartbeats(*, now: datetime) -> int:
    """Send a heartbeat through every captured dataset whose last is old enough; return how many were sent.

    None while ``USE_MONGO`` is off: the relay rests. A table that is locked is tried again the next time.
    """
    if not is_flag_on(Flag.USE_MONGO):
        return 0
    known = {spec.name for spec in iterate_specs()}
    sent = 0
    for dataset in Dataset.objects.filter(is_capturing=True, name__in=known).order_by("pk"):
        if is_heartbeat_due(dataset=dataset, now=now):
            sent += _send_or_leave(dataset.name, now)
    return sent


def _send_or_leave(name: str, now: datetime) -> bool:
    try:
        return send_heartbeat(dataset=name, now=now) is not None
    except OperationalError as error:  # a lock, or the server is away: the next turn tries again
        logger.warning("heartbeat_not_sent", dataset=name, error=type(error).__name__)
        return False


def note_written(*, dataset: str, versions: Mapping[int, int]) -> int:
    """Note the heartbeats among what MongoDB has just acknowledged; return how many. Mostly one query."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEEN, [dataset, LOOKED_AT])
        seen = [pk for pk, key, version in cursor.fetchall() if versions.get(key, 0) >= version]
    return _note(seen, timezone.now())


def note_arrivals(*, now: datetime) -> int:
    """Ask MongoDB for the heartbeats under way and note those that arrived; return how many.

    Raises:
        PyMongoError: when MongoDB is away.
    """
    return sum(_note_arrivals(spec, now) for spec in iterate_specs())


def _note_arrivals(spec: DatasetSpec, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_UNSEEN, [spec.name, LOOKED_AT])
        unseen = cursor.fetchall()
    if not unseen:
        return 0
    keys = sorted({key for _, key, _ in unseen})
    stored = read_versions(spec, keys=keys)
    gone = _find_gone(spec, [key for key in keys if key not in stored])
    return _note([pk for pk, key, version in unseen if stored.get(key, 0) >= version or key in gone], now)


def _find_gone(spec: DatasetSpec, keys: list[int]) -> set[int]:
    """Return keys that neither store has, with nothing on its way: a TRUNCATE took them from both."""
    if not keys:
        return set()
    waiting = OutboxRow.objects.filter(dataset=spec.name, quarantined_at=None).exists()
    return set() if waiting else set(keys) - rows.find_existing_keys(spec, keys=keys)


def _note(heartbeat_ids: list[int], now: datetime) -> int:
    if not heartbeat_ids:
        return 0
    return CaptureHeartbeat.objects.filter(pk__in=heartbeat_ids, seen_at=None).update(seen_at=now)


def mark_version(*, now: datetime) -> bool:
    """Note once an hour which version was given last; return whether it was time to.

    The version is read before ``now`` is noted as its instant, so that whatever is written later is above it.
    """
    if VersionMark.objects.filter(at__gt=now - MARK_EVERY).exists():
        return False
    VersionMark.objects.create(version=rows.read_latest_version(), at=timezone.now())
    return True


def remove_old_heartbeats(*, now: datetime) -> int:
    """Delete heartbeats and version marks after 14 days; return how many."""
    marks, _ = VersionMark.objects.filter(at__lt=now - KEPT).delete()
    return marks + CaptureHeartbeat.objects.filter(sent_at__lt=now - KEPT).delete()[0]
