"""Let memories take the steps their retention asks for: in batches of their own, resumable, behind live traffic.

Retention itself is computed when asked and stored nowhere; only a change of state is written. Rows somebody else is
writing are passed over until the next run, so that a run waits for nobody and nobody for it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

import structlog
from django.db import IntegrityError, connection, transaction

from creators.models import Creator
from memory.enums import DecayState, DecayStep, TargetKind
from memory.errors import DecayNotAllowed, DecayRunning
from memory.models import DecayRun, Memory, MemoryEvidence
from memory.queries.decay import (
    STATE_AFTER,
    DueStep,
    find_batch_end,
    find_decay_wait,
    find_due,
    keep_reached,
    measure_storage,
)
from memory.services.indexing import remove_documents
from memory.services.locks import try_lock_formation
from memory.services.merging import realign_slot
from memory.services.suppression import Said, suppress
from migration.enums import Flag
from migration.queries.flags import read_flag
from veri.platform.events.services import publish_event
from veri.platform.ops.services.audit import record_audit

logger = structlog.get_logger(__name__)
FADED_EVENT = "memories.faded"
LOOK_SECONDS = 1.0
# What changed since it was found keeps its state; what is being written is passed over.
_MOVE = """
WITH due AS (
  SELECT memory.id, asked.state FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS asked (id, version, state)
  JOIN memory_memory memory ON memory.id = asked.id AND memory.version = asked.version
  ORDER BY memory.id FOR NO KEY UPDATE OF memory SKIP LOCKED
)
UPDATE memory_memory memory SET state = due.state FROM due WHERE memory.id = due.id RETURNING memory.id"""
_HOLD = """
SELECT memory.id FROM unnest(%s::bigint[], %s::bigint[]) AS asked (id, version)
JOIN memory_memory memory ON memory.id = asked.id AND memory.version = asked.version
ORDER BY memory.id FOR UPDATE OF memory SKIP LOCKED"""
_INDEX_SIZE = """
SELECT coalesce(sum(size), 0) FROM (
  SELECT pg_column_size(one.*) AS size FROM memory_posting one
  WHERE creator_id = %(creator)s AND kind = 'memory' AND target_id = ANY(%(ids)s)
  UNION ALL
  SELECT pg_column_size(one.*) FROM memory_memoryvector one WHERE kind = 'memory' AND target_id = ANY(%(ids)s)
) rows"""


@dataclass(frozen=True, kw_only=True)
class DecayProgress:
    """How far a call came: whether the run has ended, and why it waits, if it does."""

    run: DecayRun
    is_done: bool
    waits_for: str = ""


def start_decay(*, actor: Any, reason: str, now: datetime) -> DecayRun:
    """Open a run and write its audit entry; ``continue_decay`` carries it out.

    Raises:
        DecayNotAllowed: ``MEMORY_DECAY`` is not effective.
        DecayRunning: a run is open already.
    """
    if not read_flag(Flag.MEMORY_DECAY):
        raise DecayNotAllowed
    storage = measure_storage()
    try:
        return _open_run(actor, reason, storage, now)
    except IntegrityError as error:
        if "decay_run_one_at_a_time" in str(error):
            raise DecayRunning from error
        raise


@transaction.atomic(durable=True)
def _open_run(actor: Any, reason: str, storage: dict[str, Any], now: datetime) -> DecayRun:
    label = str(actor.get_username() if hasattr(actor, "get_username") else actor)
    run = DecayRun.objects.create(
        as_of=now, storage_before=storage, started_by=label[:150], reason=reason, started_at=now, updated_at=now
    )
    record_audit(actor=actor, action="memory.decay_started", target=run, reason=reason, now=now)
    return run


def continue_decay(
    *, clock: Callable[[], datetime], is_due: Callable[[], bool] = lambda: True, batch: int | None = None
) -> DecayProgress | None:
    """Go on with the open run, a batch a transaction, until it ends, must wait, or ``is_due`` says no.

    None when no run is open, or when another process is at it. While the relay is behind nothing is written: the next
    call looks again. A run whose flag went off is stopped. Both are looked at once a second.
    """
    sizes = {"limit": batch} if batch else {}
    run = DecayRun.objects.filter(state=DecayState.RUNNING).first()
    looked_at = float("-inf")
    while run:
        if monotonic() - looked_at >= LOOK_SECONDS:
            if not read_flag(Flag.MEMORY_DECAY):
                return DecayProgress(run=_finish(run, DecayState.STOPPED, clock()), is_done=True)
            if waits_for := find_decay_wait(now=clock()):
                return _pause(run, waits_for, clock())
            looked_at = monotonic()
        if not is_due():
            return _pause(run, "", clock())
        until, count = find_batch_end(after=run.cursor, **sizes)
        if not count:
            return DecayProgress(run=_finish(run, DecayState.DONE, clock()), is_done=True)
        run = _take_batch(run, until=until, count=count, now=clock())
    return None


def _pause(run: DecayRun, waits_for: str, now: datetime) -> DecayProgress:
    DecayRun.objects.filter(pk=run.pk).update(waits_for=waits_for[:200], updated_at=now)
    return DecayProgress(run=run, is_done=False, waits_for=waits_for)


@transaction.atomic(durable=True)
def _take_batch(run: DecayRun, *, until: int, count: int, now: datetime) -> DecayRun | None:
    """Let one batch take its steps and move the cursor with it; None when somebody else is at the run."""
    held = DecayRun.objects.select_for_update(skip_locked=True).filter(
        pk=run.pk, cursor=run.cursor, state=DecayState.RUNNING
    )
    current = held.first()
    if current is None:
        return None
    due = keep_reached(find_due(after=run.cursor, until=until, now=run.as_of))
    freed, taken = _take_steps(due, now=now)
    current.cursor = until
    current.looked_at += count
    current.skipped += len(due) - len(taken)
    current.freed += freed
    current.waits_for = ""
    current.updated_at = now
    for one in taken:
        steps = current.counts.setdefault(one.type, {})
        steps[one.step.value] = steps.get(one.step.value, 0) + 1
    current.save()
    return current


def _take_steps(due: Sequence[DueStep], *, now: datetime) -> tuple[int, list[DueStep]]:
    """Write the steps; return the bytes freed and the memories that took theirs.

    What leaves the index needs its creator's formation lock, which is taken before any row's.
    """
    leaving = [one for one in due if one.step in {DecayStep.ARCHIVE, DecayStep.PURGE}]
    locked = {pk for pk in sorted({one.creator_id for one in leaving}) if try_lock_formation(creator_id=pk)}
    moving = [one for one in due if one.step != DecayStep.PURGE and (one not in leaving or one.creator_id in locked)]
    moved = _move(moving)
    purged = _hold([one for one in due if one.step == DecayStep.PURGE and one.creator_id in locked])
    archived = [one for one in moved if one.step == DecayStep.ARCHIVE]
    freed = 0
    for creator_id in sorted(locked):
        freed += _unindex(creator_id, [one.id for one in archived if one.creator_id == creator_id])
        freed += _purge(creator_id, [one for one in purged if one.creator_id == creator_id], now=now)
    for creator_id in sorted({one.creator_id for one in [*archived, *purged]}):
        publish_event(name=FADED_EVENT, payload={"creator_id": creator_id}, key=str(creator_id))
    return freed, [*moved, *purged]


def _move(due: Sequence[DueStep]) -> list[DueStep]:
    if not due:
        return []
    parameters = [[one.id for one in due], [one.version for one in due], [STATE_AFTER[one.step].value for one in due]]
    return _keep_written(due, _MOVE, parameters)


def _hold(due: Sequence[DueStep]) -> list[DueStep]:
    return _keep_written(due, _HOLD, [[one.id for one in due], [one.version for one in due]]) if due else []


def _keep_written(due: Iterable[DueStep], sql: str, parameters: list[Any]) -> list[DueStep]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        written = {pk for (pk,) in cursor.fetchall()}
    return [one for one in due if one.id in written]


def _unindex(creator_id: int, ids: list[int]) -> int:
    """Take memories out of the index; return the bytes of what was there."""
    if not ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_INDEX_SIZE, {"creator": creator_id, "ids": ids})
        (size,) = cursor.fetchone()
    remove_documents(creator_id=creator_id, kind=TargetKind.MEMORY, ids=ids)
    return int(size)


def _purge(creator_id: int, due: Sequence[DueStep], *, now: datetime) -> int:
    """Delete memories and keep what they rest on; nothing said until now forms them again, a later word does."""
    if not due:
        return 0
    ids = [one.id for one in due]
    suppress(creator_id=creator_id, said=list_said(memory_ids=ids), through=now, now=now)
    delete_memories(creator_id=creator_id, ids=ids, now=now)
    return sum(one.size for one in due)


def delete_memories(*, creator_id: int, ids: Sequence[int], now: datetime) -> None:
    """Delete memories, and arrange anew the slots they leave. Needs the creator's formation lock."""
    memories = Memory.objects.filter(creator_id=creator_id, pk__in=ids)
    slots = set(memories.filter(is_slot=True).values_list("subject", "predicate"))
    Memory.objects.filter(superseded_by__in=ids).update(superseded_by=None)
    memories.delete()
    creator = Creator.objects.get(pk=creator_id)
    for key in sorted(slots):
        realign_slot(creator=creator, key=key, now=now)


def list_said(*, memory_ids: Sequence[int]) -> set[Said]:
    """Return what memories say, in their own words and in those of their evidence."""
    own = Memory.objects.filter(pk__in=memory_ids).values_list("subject", "predicate", "value")
    evidence = MemoryEvidence.objects.filter(memory__in=memory_ids).exclude(value="")
    others = evidence.values_list("memory__subject", "memory__predicate", "value")
    return {Said(subject=subject, predicate=predicate, value=value) for subject, predicate, value in [*own, *others]}


@transaction.atomic(durable=True)
def _finish(run: DecayRun, state: DecayState, now: datetime) -> DecayRun:
    storage = measure_storage()
    ended = DecayRun.objects.filter(pk=run.pk, state=DecayState.RUNNING).update(
        state=state, storage_after=storage, waits_for="", updated_at=now, finished_at=now
    )
    run.refresh_from_db()
    if ended:
        record_audit(
            actor=run.started_by,
            action=f"memory.decay_{state.value}",
            target=run,
            after={"looked_at": run.looked_at, "counts": run.counts, "skipped": run.skipped, "freed": run.freed},
            now=now,
        )
        logger.info("decay_ended", run=run.pk, state=state.value, looked_at=run.looked_at, changed=run.changed)
    return run
