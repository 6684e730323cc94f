"""Parity: compare every key and field of both stores while writes go on.

A difference counts only when it persists: keys that differ are looked at again after the relay had time to bring
them, so that rows in flight are never reported.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from migration.enums import MismatchKind, ParityState, Stage
from migration.errors import RowNotMappable
from migration.models import Dataset, OutboxRow, ParityMismatch, ParityRun
from migration.models.dataset import LOWEST_KEY
from migration.registry import DatasetSpec, get_spec
from migration.services.datasets import move_dataset
from migration.stores import documents, rows
from veri.platform.observability.metrics import PARITY_ERRORS

SEGMENT = 2000
RECHECK_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One key that differs, in which fields, and the versions of row and document that were compared."""

    key: int
    kind: MismatchKind
    fields: tuple[str, ...] = ()
    versions: tuple[object, object] = (None, None)


def check_parity(
    *,
    name: str,
    clock: Callable[[], datetime],
    actor: Any = "parity",
    segment: int = SEGMENT,
    recheck_seconds: float = RECHECK_SECONDS,
    on_progress: Callable[[int], None] = lambda _compared: None,
) -> ParityRun:
    """Compare a dataset and keep what differs; a clean run moves a dataset that was catching up to VERIFY.

    A run over nothing is not clean. Raises ``PyMongoError`` when MongoDB is away; the run is then kept as failed.
    """
    spec = get_spec(name)
    run = ParityRun.objects.create(dataset=Dataset.objects.get(name=name), started_at=clock())
    try:
        compared, suspects = _compare_all(spec, segment, on_progress)
        persistent = _recheck(spec, suspects, recheck_seconds)
    except Exception as error:
        ParityRun.objects.filter(pk=run.pk).update(
            state=ParityState.FAILED, error=type(error).__name__, finished_at=clock()
        )
        raise
    return _finish(spec, run, compared, persistent, actor=actor, now=clock())


def _compare_all(
    spec: DatasetSpec, segment: int, on_progress: Callable[[int], None]
) -> tuple[int, dict[int, Difference]]:
    """Return how many keys were compared and the differences by key, in memory bounded by the differences."""
    compared, suspects = 0, {}
    for found, stored in _walk(spec, segment):
        compared += len(found.rows.keys() | found.unreadable.keys() | stored.keys())
        suspects.update({one.key: one for one in compare_pairs(spec, found, stored)})
        on_progress(compared)
    return compared, suspects


def _walk(spec: DatasetSpec, segment: int) -> Iterator[tuple[rows.RowsRead, dict[int, Any]]]:
    cursor = LOWEST_KEY
    while True:
        chunk = rows.read_chunk(spec, after=cursor, limit=segment)
        keys = chunk.rows.keys() | chunk.unreadable.keys()
        if not keys:
            break
        yield chunk, documents.read_range(spec, after=cursor, until=max(keys))
        cursor = max(keys)
    beyond = documents.list_keys(spec, after=cursor, until=None)
    for start in range(0, len(beyond), segment):
        stored = documents.read_documents(spec, keys=beyond[start : start + segment])
        yield rows.RowsRead(rows={}, unreadable={}), stored


def compare_pairs(spec: DatasetSpec, read: rows.RowsRead, stored: dict[int, Any]) -> Iterator[Difference]:
    """Yield what differs between rows and documents of the same key range."""
    found = read.rows
    for key in read.unreadable:
        yield Difference(key=key, kind=MismatchKind.UNMAPPABLE)
    for key in found.keys() - stored.keys():
        yield Difference(key=key, kind=MismatchKind.MISSING, versions=(found[key]["version"], None))
    for key in stored.keys() - found.keys() - read.unreadable.keys():
        yield Difference(key=key, kind=MismatchKind.EXTRA, versions=(None, _get_version(stored[key])))
    for key in found.keys() & stored.keys():
        difference = _compare_pair(spec, found[key], stored[key])
        if difference:
            yield difference


def _compare_pair(spec: DatasetSpec, row: Any, document: Any) -> Difference | None:
    try:
        fields = spec.mapper.compare(row, document)
    except RowNotMappable as error:
        return Difference(key=row["id"], kind=MismatchKind.UNMAPPABLE, fields=(str(error).split(" ")[0],))
    if not fields:
        return None
    stored_version = _get_version(document)
    if isinstance(stored_version, int) and stored_version < row["version"]:
        kind = MismatchKind.STALE
    else:
        kind = MismatchKind.TYPE if any(one.is_type for one in fields) else MismatchKind.CONTENT
    names = tuple(one.name for one in fields)
    return Difference(key=row["id"], kind=kind, fields=names, versions=(row["version"], stored_version))


def _get_version(document: Any) -> object:
    return document.get("_mig", {}).get("v")


def _recheck(spec: DatasetSpec, suspects: dict[int, Difference], seconds: float) -> dict[int, Difference]:
    """Look again at keys that differ until each agrees, or differs twice alike with nothing on its way to it.

    After ``seconds`` whatever still differs is reported: a relay that does not keep up is no excuse.
    """
    deadline = time.monotonic() + seconds
    previous: dict[int, Difference] = {}
    while suspects:
        suspects = _compare_keys(spec, list(suspects))
        waiting = _list_waiting(spec, list(suspects))
        settled = all(previous.get(key) == one and key not in waiting for key, one in suspects.items())
        if settled or time.monotonic() > deadline:
            return suspects
        previous = suspects
        time.sleep(0.1)
    return suspects


def _list_waiting(spec: DatasetSpec, keys: list[int]) -> set[int]:
    waiting = OutboxRow.objects.filter(dataset=spec.name, key__in=[0, *keys], quarantined_at=None)
    found = set(waiting.values_list("key", flat=True))
    return set(keys) if 0 in found else found


def _compare_keys(spec: DatasetSpec, keys: list[int]) -> dict[int, Difference]:
    """Compare single keys: the document is read first, so that a row committed in between looks stale, not bent."""
    found: dict[int, Difference] = {}
    for start in range(0, len(keys), SEGMENT):
        part = keys[start : start + SEGMENT]
        stored = documents.read_documents(spec, keys=part)
        current = rows.read_rows(spec, keys=part)
        found.update({one.key: one for one in compare_pairs(spec, current, stored)})
    return found


@transaction.atomic(durable=True)
def _finish(
    spec: DatasetSpec, run: ParityRun, compared: int, found: dict[int, Difference], *, actor: Any, now: datetime
) -> ParityRun:
    ParityMismatch.objects.bulk_create(
        (ParityMismatch(run=run, key=one.key, kind=one.kind, fields=list(one.fields)) for one in found.values()),
        batch_size=1000,
    )
    run.compared, run.mismatched, run.finished_at = compared, len(found), now
    run.state = ParityState.DIFFERENT if found else ParityState.CLEAN if compared else ParityState.EMPTY
    run.save(update_fields=["compared", "mismatched", "finished_at", "state"])
    PARITY_ERRORS.labels(dataset=spec.name).inc(len(found))
    dataset = Dataset.objects.select_for_update().get(name=spec.name)
    if run.state == ParityState.CLEAN and dataset.stage == Stage.CATCHUP:
        reason = f"parity run {run.pk}: {compared} keys agree"
        move_dataset(name=spec.name, sources=(Stage.CATCHUP,), target=Stage.VERIFY, actor=actor, reason=reason, now=now)
    return run
