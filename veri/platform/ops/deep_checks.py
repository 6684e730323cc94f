"""The platform's own deep checks: queues, heartbeats, disk, backups."""

import shutil
import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from veri.platform.ops.registry import CheckResult, register_deep_check

QUEUE_AGE_SECONDS = 300
SILENT_AFTER = timedelta(seconds=120)
LEAST_FREE_SHARE = 0.10
BACKUP_AGE = timedelta(hours=36)


def register_platform_checks() -> None:
    """Register the checks that need no app; called once at start."""
    register_deep_check(name="queues", check=check_queues)
    register_deep_check(name="workers", check=check_workers)
    register_deep_check(name="beat", check=check_beat)
    register_deep_check(name="disk", check=check_disk)
    register_deep_check(name="backup", check=check_backup)


def check_queues() -> CheckResult:
    """Look at the length of each queue and the age of its oldest message, in seconds."""
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("global_keyprefix", "")
    found = {queue.name: _measure_queue(f"{prefix}{queue.name}") for queue in settings.CELERY_TASK_QUEUES}
    return CheckResult(ok=all(queue["age"] < QUEUE_AGE_SECONDS for queue in found.values()), detail=found)


def _measure_queue(key: str) -> dict[str, float]:
    import orjson

    from veri.platform.connections.redis import get_redis
    from veri.platform.ops.worker_signals import PUBLISHED_AT

    pipeline = get_redis().pipeline(transaction=False)
    pipeline.llen(key)
    pipeline.lindex(key, -1)
    length, oldest = pipeline.execute()
    published = orjson.loads(oldest)["headers"].get(PUBLISHED_AT, time.time()) if oldest else time.time()
    return {"length": length, "age": round(max(time.time() - published, 0.0), 1)}


def check_workers() -> CheckResult:
    """Ask for at least one worker seen lately."""
    from veri.platform.ops.models import Heartbeat
    from veri.platform.ops.services.heartbeats import WORKER_PREFIX

    seen = dict(Heartbeat.objects.filter(name__startswith=WORKER_PREFIX).values_list("name", "at"))
    now = timezone.now()
    ages = {name.removeprefix(WORKER_PREFIX): _get_age(at, now) for name, at in seen.items()}
    return CheckResult(ok=any(age < SILENT_AFTER.total_seconds() for age in ages.values()), detail={"ages": ages})


def check_beat() -> CheckResult:
    """Ask for a scheduled task that ran lately."""
    from veri.platform.ops.models import Heartbeat
    from veri.platform.ops.services.heartbeats import BEAT

    at = Heartbeat.objects.filter(name=BEAT).values_list("at", flat=True).first()
    age = _get_age(at, timezone.now()) if at else None
    return CheckResult(ok=age is not None and age < SILENT_AFTER.total_seconds(), detail={"age": age})


def check_disk() -> CheckResult:
    """Ask for free space where data and backups are written."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(settings.VAR_DIR)
    share = usage.free / usage.total
    return CheckResult(ok=share >= LEAST_FREE_SHARE, detail={"free_share": round(share, 3), "free_bytes": usage.free})


def check_backup() -> CheckResult:
    """Ask for a recent backup in production; elsewhere its age is only told."""
    from veri.platform.ops.queries import get_latest_backup

    run = get_latest_backup()
    age = _get_age(run.finished_at, timezone.now()) if run else None
    fresh = age is not None and age < BACKUP_AGE.total_seconds()
    detail: dict[str, Any] = {"age": age, "name": run.name if run else None}
    return CheckResult(ok=fresh or settings.PROFILE != "production", detail=detail)


def _get_age(at: datetime, now: datetime) -> float:
    return round((now - at).total_seconds(), 1)
