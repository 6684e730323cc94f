"""Shadow reads: after an answer was given, make a sample of reads on both stores again and compare.

Nothing here is on the way of a request: reads are noted, and made by a small pool of threads once the response is
out, on connections of their own that cannot write, under a deadline. When MongoDB keeps failing they rest.
"""

import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from migration.enums import Measure, ShadowOutcome
from migration.models import ShadowRead
from migration.queries.routes import ReadSeen, Store, has_pending_write
from migration.services.lazy_fill import reading_bare
from migration.services.minutes import COUNTER

THREADS = 2
LONGEST_QUEUE = 50  # what comes beyond is not compared
RECHECK_SECONDS = (0.2, 1.0, 2.0)
FAILURES_BEFORE_REST = 5
REST_SECONDS = 60.0
logger = structlog.get_logger(__name__)


@dataclass
class _Noted(threading.local):
    """What this thread's request has read; outside of requests nothing is held back."""

    is_in_request: bool = False
    jobs: list[Callable[[], None]] = field(default_factory=list)


@dataclass
class _Pool:
    """This process's threads; a forked child makes its own. ``rests_until`` is a monotonic instant."""

    pid: int = 0
    executor: ThreadPoolExecutor | None = None
    waiting: int = 0
    failures: int = 0
    rests_until: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


_noted = _Noted()
_pool = _Pool()


def note_read(seen: ReadSeen) -> None:
    """Count a routed read and, for a sample, have it made on both stores after the response."""
    _count(seen)
    if COUNTER.is_due:
        _after_response(COUNTER.flush)
    is_sampled = random.random() < settings.MIGRATION.shadow_share  # noqa: S311  a sample, no secret
    if is_sampled and time.monotonic() >= _pool.rests_until:
        _after_response(partial(_compare, seen))


def _count(seen: ReadSeen) -> None:
    measure = Measure.READ_FAILED if seen.has_failed else Measure.READ_POSTGRES
    if seen.store is Store.MONGO:
        measure = Measure.READ_MONGO
    for dataset in seen.datasets:
        COUNTER.add(dataset=dataset, measure=measure, seconds=seen.seconds)


def start_request(**_signal: Any) -> None:
    """Hold shadow reads back until the response is out."""
    _noted.is_in_request, _noted.jobs = True, []


def finish_request(**_signal: Any) -> None:
    """Let the pool make what the request noted."""
    jobs, _noted.jobs, _noted.is_in_request = _noted.jobs, [], False
    for job in jobs:
        _submit(job)


def _after_response(job: Callable[[], None]) -> None:
    if _noted.is_in_request:
        _noted.jobs.append(job)
    else:
        _submit(job)


def _submit(job: Callable[[], None]) -> None:
    with _pool.lock:
        if _pool.pid != os.getpid() or _pool.executor is None:
            _pool.pid, _pool.waiting = os.getpid(), 0
            _pool.executor = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="shadow")
        if _pool.waiting >= LONGEST_QUEUE:
            return
        _pool.waiting += 1
        _pool.executor.submit(_run, job)


def _run(job: Callable[[], None]) -> None:
    try:
        job()
    except DatabaseError as error:
        logger.warning("shadow_lost_postgres", error=type(error).__name__)
    except Exception:
        logger.exception("shadow_failed")
    finally:
        connection.close()
        with _pool.lock:
            _pool.waiting -= 1


def wait_for_shadows(*, seconds: float = 10.0) -> bool:
    """Wait until nothing is being compared; return whether that came to pass."""
    deadline = time.monotonic() + seconds
    while _pool.waiting and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _pool.waiting


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """One comparison; durations are milliseconds."""

    is_match: bool
    is_noise: bool
    postgres_ms: float
    control_ms: float
    mongo_ms: float
    detail: str


def _compare(seen: ReadSeen) -> None:
    """Compare one read, again while it differs or a write of its creator is under way, and keep the outcome."""
    from pymongo.errors import PyMongoError  # the driver loads only where reads are compared

    rechecks = 0
    try:
        pair = _read_both(seen)
        for pause in RECHECK_SECONDS:
            if pair.is_match:
                break
            time.sleep(pause)
            rechecks += 1
            pair = _read_both(seen)
    except PyMongoError as error:
        _note_failure()
        _keep(seen, outcome=ShadowOutcome.FAILED, detail=type(error).__name__, rechecks=rechecks)
        return
    _pool.failures = 0
    if not pair.is_match and has_pending_write(datasets=seen.datasets, scope=seen.scope):
        return  # its creator writes without a pause: this read proves nothing
    outcome = ShadowOutcome.MATCH if pair.is_match else ShadowOutcome.MISMATCH
    measured = {"postgres_ms": pair.postgres_ms, "control_ms": pair.control_ms, "mongo_ms": pair.mongo_ms}
    _keep(seen, outcome=outcome, is_noise=pair.is_noise, rechecks=rechecks, detail=pair.detail, **measured)


def _read_both(seen: ReadSeen) -> _Pair:
    """Read PostgreSQL, MongoDB and PostgreSQL again: what differs between the two outer readings is noise."""
    seconds = settings.MIGRATION.shadow_deadline_seconds
    first, postgres_ms = _time(partial(_read_postgres, seen, seconds))
    mongo, mongo_ms = _time(partial(_read_mongo, seen, seconds))
    control, control_ms = _time(partial(_read_postgres, seen, seconds))
    is_match = mongo in (first, control)
    return _Pair(
        is_match=is_match,
        is_noise=first != control,
        postgres_ms=postgres_ms,
        control_ms=control_ms,
        mongo_ms=mongo_ms,
        detail="" if is_match else _describe(first, mongo),
    )


def _read_postgres(seen: ReadSeen, seconds: float) -> object:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(int(seconds * 1000))])
        return seen.digest(seen.from_postgres())


def _read_mongo(seen: ReadSeen, seconds: float) -> object:
    import pymongo  # the driver loads only where reads are compared

    with pymongo.timeout(seconds), reading_bare():
        return seen.digest(seen.from_mongo())


def _time(read: Callable[[], object]) -> tuple[object, float]:
    started = time.perf_counter()
    value = read()
    return value, (time.perf_counter() - started) * 1000


def _describe(postgres: object, mongo: object) -> str:
    """Return how two digests differ, without what they say: contents may be private."""
    if isinstance(postgres, list | tuple) and isinstance(mongo, list | tuple):
        same = sum(left == right for left, right in zip(postgres, mongo, strict=False))
        return f"{len(postgres)} against {len(mongo)} items, {same} at the same place alike"
    return f"{type(postgres).__name__} against {type(mongo).__name__}"


def _note_failure() -> None:
    _pool.failures += 1
    if _pool.failures >= FAILURES_BEFORE_REST:
        _pool.failures, _pool.rests_until = 0, time.monotonic() + REST_SECONDS
        logger.warning("shadow_reads_rest", seconds=REST_SECONDS)


def _keep(seen: ReadSeen, **values: Any) -> None:
    ShadowRead.objects.create(
        datasets=list(seen.datasets), scope=seen.scope, kind=seen.kind, at=timezone.now(), **values
    )
