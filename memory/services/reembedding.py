"""Change the provider of embeddings while everything goes on: new vectors first, then the switch, then the old go.

Until the switch the old vectors are searched. While both are kept, everything new gets both, and a way back is a
re-embedding in the other direction that finds most of its work done.
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from memory.clients.embeddings import EmbeddingFailed, get_space
from memory.datasets import VECTOR_DATASETS
from memory.enums import EmbeddingProvider, ReembeddingState
from memory.errors import ReembeddingRefused
from memory.models import EmbeddingChoice, Reembedding, get_table
from memory.models.reembedding import ONLY
from memory.queries.providers import forget_providers, read_providers_in_use
from memory.services.locks import lock_providers
from memory.services.vectors import BATCH, list_waiting, store_vectors_of
from migration.enums import Flag
from migration.failpoints import reach
from migration.models import Dataset
from migration.queries.flags import is_flag_on
from migration.services.backfill_pace import find_wait_reason
from migration.services.datasets import create_route_rows, retire_dataset
from migration.services.flags import align_capture
from veri.platform.ops.services.audit import record_audit

_NEXT = """
SELECT creator_id, kind, target_id, id FROM memory_indexeddocument
WHERE (creator_id, id) > (%s, %s) ORDER BY creator_id, id LIMIT %s"""


@transaction.atomic(durable=True)
def start_reembedding(*, target: EmbeddingProvider, actor: Any, reason: str, now: datetime) -> Reembedding:
    """Begin to give everything a vector of ``target``; its dataset comes into use, and is captured where flags say so.

    Raises:
        ReembeddingRefused: it is searched already, another change is under way, or it is not installed.
    """
    _require_reason(reason)
    lock_providers()
    providers = read_providers_in_use()
    if providers.target:
        raise ReembeddingRefused(f"A change to {providers.target.label} is under way: switch or cancel it first.")
    if target == providers.active:
        raise ReembeddingRefused(f"{target.label} is searched already.")
    try:
        get_space(target)
    except EmbeddingFailed as failure:
        raise ReembeddingRefused(str(failure)) from failure
    run = Reembedding.objects.create(
        source=providers.active, target=target, reason=reason, started_by=str(actor), started_at=now
    )
    _record(run, "started", actor=actor, reason=reason, now=now)
    _follow()
    create_route_rows()
    align_capture(actor=actor, reason=f"re-embedding to {target.label}: {reason}", now=now)
    return run


def continue_reembedding(
    *,
    clock: Callable[[], datetime],
    seconds: float,
    creator_id: int | None = None,
    on_batch: Callable[[int], None] = lambda _made: None,
) -> int:
    """Embed what follows the cursor for some seconds; return how many vectors were made.

    Killed anywhere, it goes on after the last batch that was stored. It rests while the relay of the new vectors lags.
    With ``creator_id`` only what that creator lacks is embedded, and the cursor stays. At the end of the walk what it
    passed without success is tried again.

    Raises:
        EmbeddingFailed: the provider is away or without budget; what was made is stored.
    """
    deadline = time.monotonic() + seconds
    made = 0
    while time.monotonic() < deadline and (run := get_running()):
        if _rests(run, clock()):
            break
        done, has_more = _embed_creator(run, creator_id) if creator_id else _embed_next(run)
        made += done
        on_batch(done)
        if not has_more:
            break
    return made


def get_running() -> Reembedding | None:
    """Return the change that is under way."""
    return Reembedding.objects.filter(state=ReembeddingState.RUNNING).first()


@transaction.atomic(durable=True)
def switch_provider(*, actor: Any, reason: str, now: datetime) -> Reembedding:
    """Search the new vectors from now on; every process follows within two seconds.

    Raises:
        ReembeddingRefused: nothing is under way, or something indexed lacks its new vector.
    """
    _require_reason(reason)
    lock_providers()
    run = _require_running()
    try:
        waiting = list_waiting(provider=EmbeddingProvider(run.target)).count()
    except EmbeddingFailed as failure:
        raise ReembeddingRefused(str(failure)) from failure
    if waiting:
        raise ReembeddingRefused(f"{waiting:,} documents have no vector of {run.get_target_display()} yet.")
    choice = {"provider": run.target, "reason": reason, "changed_by": str(actor), "changed_at": now}
    EmbeddingChoice.objects.update_or_create(id=ONLY, defaults=choice)
    switched = Reembedding.objects.filter(state=ReembeddingState.SWITCHED)
    switched.filter(source=run.target).update(state=ReembeddingState.REVERTED)
    _finish(run, ReembeddingState.SWITCHED, now=now)
    _record(run, "switched", actor=actor, reason=reason, now=now)
    _follow()
    return run


@transaction.atomic(durable=True)
def drop_old_vectors(*, actor: Any, reason: str, now: datetime) -> list[str]:
    """Remove the vectors that were switched away from, in both stores; return whose.

    Raises:
        ReembeddingRefused: a change is under way, there are none, or MongoDB is away.
    """
    _require_reason(reason)
    lock_providers()
    if get_running():
        raise ReembeddingRefused("A change is under way: switch or cancel it first.")
    runs = list(Reembedding.objects.filter(state=ReembeddingState.SWITCHED).order_by("pk"))
    if not runs:
        raise ReembeddingRefused("There are no old vectors to drop.")
    for run in runs:
        _remove_vectors(EmbeddingProvider(run.source), actor=actor, reason=reason, now=now)
        run.state = ReembeddingState.DROPPED
        run.save(update_fields=["state"])
        _record(run, "dropped", actor=actor, reason=reason, now=now)
    _follow()
    return [run.get_source_display() for run in runs]


@transaction.atomic(durable=True)
def cancel_reembedding(*, actor: Any, reason: str, now: datetime) -> Reembedding:
    """Give up a change and remove the vectors made for it, unless they are older ones that were kept.

    Raises:
        ReembeddingRefused: nothing is under way, or MongoDB is away.
    """
    _require_reason(reason)
    lock_providers()
    run = _require_running()
    target = EmbeddingProvider(run.target)
    if target not in read_providers_in_use().kept:
        _remove_vectors(target, actor=actor, reason=reason, now=now)
    _finish(run, ReembeddingState.CANCELLED, now=now)
    _record(run, "cancelled", actor=actor, reason=reason, now=now)
    _follow()
    return run


def _embed_next(run: Reembedding) -> tuple[int, bool]:
    """Embed the next batch of the walk; return how many vectors were made, and whether there may be more."""
    target = EmbeddingProvider(run.target)
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [run.cursor_creator, run.cursor_document, BATCH])
        rows = cursor.fetchall()
    if not rows:
        waiting = list_waiting(provider=target).order_by("creator_id", "pk")[:BATCH]
        left = list(waiting.values_list("creator_id", "kind", "target_id"))
        made = store_vectors_of(rows=left, provider=target)
        _advance(run, made=made)
        return made, made > 0
    made = store_vectors_of(rows=[row[:3] for row in rows], provider=target)
    reach("reembedding.after_store")
    _advance(run, made=made, cursor=(rows[-1][0], rows[-1][3]))
    return made, True


def _embed_creator(run: Reembedding, creator_id: int) -> tuple[int, bool]:
    target = EmbeddingProvider(run.target)
    waiting = list_waiting(provider=target).filter(creator=creator_id).order_by("pk")[:BATCH]
    made = store_vectors_of(rows=list(waiting.values_list("creator_id", "kind", "target_id")), provider=target)
    _advance(run, made=made)
    return made, made > 0


def _advance(run: Reembedding, *, made: int, cursor: tuple[int, int] | None = None) -> None:
    """Note what was done; a walker that was overtaken does not move the cursor back."""
    mine = Reembedding.objects.filter(pk=run.pk, cursor_creator=run.cursor_creator, cursor_document=run.cursor_document)
    moved = {"cursor_creator": cursor[0], "cursor_document": cursor[1]} if cursor else {}
    mine.update(embedded=F("embedded") + made, waiting_because="", updated_at=Now(), **moved)


def _rests(run: Reembedding, now: datetime) -> bool:
    """Return whether the relay must catch up first, and note why."""
    dataset = Dataset.objects.filter(name=VECTOR_DATASETS[EmbeddingProvider(run.target)].name).first()
    if dataset is None or not dataset.is_capturing or not is_flag_on(Flag.USE_MONGO):
        return False
    why = find_wait_reason(dataset=dataset, now=now)
    if why:
        Reembedding.objects.filter(pk=run.pk).update(waiting_because=why, updated_at=now)
    return bool(why)


def _remove_vectors(provider: EmbeddingProvider, *, actor: Any, reason: str, now: datetime) -> None:
    """Empty a provider's table and collection, and retire its dataset."""
    spec = VECTOR_DATASETS[provider]
    was_captured = retire_dataset(name=spec.name, actor=actor, reason=reason, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute(f"TRUNCATE {get_table(provider)}")
    if was_captured:
        _drop_collection(spec.collection)


def _drop_collection(name: str) -> None:
    from pymongo.errors import PyMongoError  # the driver loads only where MongoDB held vectors

    from veri.platform.connections.mongo import get_database  # same

    try:
        get_database().drop_collection(name)
    except PyMongoError as error:
        raise ReembeddingRefused(f"MongoDB is away ({type(error).__name__}); nothing was removed.") from error


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ReembeddingRefused("Give a reason: it is kept in the audit trail.")


def _require_running() -> Reembedding:
    run = get_running()
    if run is None:
        raise ReembeddingRefused("No change of provider is under way.")
    return run


def _finish(run: Reembedding, state: ReembeddingState, *, now: datetime) -> None:
    run.state, run.finished_at, run.waiting_because = state, now, ""
    run.save(update_fields=["state", "finished_at", "waiting_because"])


def _record(run: Reembedding, action: str, *, actor: Any, reason: str, now: datetime) -> None:
    record_audit(
        actor=actor,
        action=f"memory.reembedding.{action}",
        target=run,
        reason=reason,
        after={"source": run.source, "target": run.target, "state": run.state},
        now=now,
    )


def _follow() -> None:
    """Let this process see the change now, and again once it is committed."""
    forget_providers()
    transaction.on_commit(forget_providers)
