"""Reconcile: repair what a pass found, only by sending the keys through the relay again.

A row is given a new version, so that its document is rewritten although it carries an equal one; a key without a row
gets a tombstone. Only documents whose ``_id`` is no key, which the relay cannot name, are deleted directly, each with
an audit entry before it goes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from migration.enums import MismatchKind, MismatchOutcome, RepairAction
from migration.errors import ReasonMissing
from migration.models import ParityMismatch, ParityRun
from migration.registry import DatasetSpec, get_spec
from migration.services.enqueue import enqueue_deletes
from migration.stores import raw_documents, rows
from veri.platform.ops.services.audit import record_audit

PAGE = 1000
LISTED = 1000
ORPHANS = (MismatchKind.EXTRA, MismatchKind.RESURRECTED)


@dataclass(frozen=True, kw_only=True)
class ReconcileResult:
    """Keys rewritten with a new version, orphans removed, keys whose row is gone, foreign documents deleted."""

    rewritten: int = 0
    removed: int = 0
    gone: int = 0
    foreign: int = 0
    is_dry_run: bool = False


@dataclass(frozen=True, kw_only=True)
class PlannedChange:
    """What is done about one mismatch."""

    mismatch_id: int
    name: str
    kind: str
    fields: tuple[str, ...]
    action: RepairAction


@dataclass(frozen=True, kw_only=True)
class Repair:
    """The counts, and the first thousand changes one by one."""

    counts: ReconcileResult
    changes: tuple[PlannedChange, ...]


def reconcile_run(*, run: ParityRun, actor: Any, reason: str, now: datetime, dry_run: bool = False) -> ReconcileResult:
    """Repair every open mismatch of a run; see ``reconcile``."""
    return reconcile(run=run, actor=actor, reason=reason, now=now, dry_run=dry_run).counts


def reconcile(
    *,
    run: ParityRun,
    actor: Any,
    reason: str,
    now: datetime,
    ids: Sequence[int] | None = None,
    keys: Sequence[int] | None = None,
    scope: int | None = None,
    dry_run: bool = False,
) -> Repair:
    """Repair the mismatches of a run that were not sent before: all, those of one creator, or chosen ones.

    ``ids`` are primary keys of mismatches, ``keys`` keys of rows. A dry run changes nothing and returns exactly what
    would be done now. A thousand at a time are repaired and audited in a transaction; when the process dies, the next
    call does the rest. Afterwards ``verify_keys`` proves it.

    Raises:
        ReasonMissing: without a reason; nothing is changed.
        PyMongoError: MongoDB is away; what was repaired before stays so.
    """
    if not reason.strip():
        raise ReasonMissing("Give a reason: it is kept in the audit trail.")
    spec = get_spec(run.dataset.name)
    chosen = _choose(run, ids=ids, keys=keys, scope=scope)
    changes: list[PlannedChange] = []
    for page in _iterate_plans(spec, chosen):
        changes += page
        if not dry_run:
            _apply(spec, run, page, actor=actor, reason=reason, now=now)
    return Repair(counts=_count(changes, dry_run=dry_run), changes=tuple(changes[:LISTED]))


def _choose(
    run: ParityRun, *, ids: Sequence[int] | None, keys: Sequence[int] | None, scope: int | None
) -> QuerySet[ParityMismatch]:
    found = ParityMismatch.objects.filter(run=run, repaired_at=None, resolved_at=None)
    if ids is not None:
        return found.filter(pk__in=ids)
    if keys is not None:
        return found.filter(key__in=keys)
    found = found.filter(outcome=MismatchOutcome.MISMATCH)
    return found if scope is None else found.filter(scope=scope)


def _iterate_plans(spec: DatasetSpec, chosen: QuerySet[ParityMismatch]) -> Iterator[list[PlannedChange]]:
    last = 0
    while found := list(chosen.filter(pk__gt=last).order_by("pk")[:PAGE]):
        last = found[-1].pk
        existing = rows.find_existing_keys(spec, keys=[one.key for one in found if one.key is not None])
        yield [_plan(one, existing) for one in found]


def _plan(one: ParityMismatch, existing: set[int]) -> PlannedChange:
    if one.key is None:
        action = RepairAction.DELETE_FOREIGN
    elif one.key in existing:
        action = RepairAction.REWRITE
    else:
        action = RepairAction.REMOVE if one.kind in ORPHANS else RepairAction.GONE
    return PlannedChange(mismatch_id=one.pk, name=one.name, kind=one.kind, fields=tuple(one.fields), action=action)


def _count(changes: Sequence[PlannedChange], *, dry_run: bool) -> ReconcileResult:
    actions = [one.action for one in changes]
    return ReconcileResult(
        rewritten=actions.count(RepairAction.REWRITE),
        removed=actions.count(RepairAction.REMOVE),
        gone=actions.count(RepairAction.GONE),
        foreign=actions.count(RepairAction.DELETE_FOREIGN),
        is_dry_run=dry_run,
    )


def _apply(
    spec: DatasetSpec, run: ParityRun, page: Sequence[PlannedChange], *, actor: Any, reason: str, now: datetime
) -> None:
    _clear_future_stamps(spec, [int(one.name) for one in page if one.action != RepairAction.DELETE_FOREIGN])
    mine = _send(spec, run, page, actor=actor, reason=reason, now=now)
    for one in mine:
        if one.action == RepairAction.DELETE_FOREIGN:
            raw_documents.delete_foreign(spec, document_id=one.name)


def _clear_future_stamps(spec: DatasetSpec, keys: Sequence[int]) -> None:
    """Make documents overwritable that carry a version nobody has given yet: the relay would take them for newer."""
    stored = raw_documents.fetch_keys(spec, keys=keys) if keys else {}
    highest = rows.get_latest_version()
    for key, raw in stored.items():
        stamp = raw_documents.decode(raw).get("_mig")
        version = stamp.get("v") if isinstance(stamp, dict) else None
        if isinstance(version, int) and version > highest:
            raw_documents.clear_stamp(spec, key=key, version=version)


@transaction.atomic(durable=True)
def _send(
    spec: DatasetSpec, run: ParityRun, page: Sequence[PlannedChange], *, actor: Any, reason: str, now: datetime
) -> list[PlannedChange]:
    """Claim a page's mismatches and hand their keys to the relay; return those that were ours to claim."""
    rows_locked = ParityMismatch.objects.select_for_update(skip_locked=True).filter(
        pk__in=[one.mismatch_id for one in page], repaired_at=None
    )
    claimed = set(rows_locked.order_by("pk").values_list("pk", flat=True))
    mine = [one for one in page if one.mismatch_id in claimed]
    if not mine:
        return []
    rewritten = [int(one.name) for one in mine if one.action == RepairAction.REWRITE]
    rows.touch_rows(spec, keys=sorted(rewritten))
    orphans = [int(one.name) for one in mine if one.action in (RepairAction.REMOVE, RepairAction.GONE)]
    enqueue_deletes(spec, keys=sorted(orphans))
    ParityMismatch.objects.filter(pk__in=claimed).update(repaired_at=now)
    _record(run, mine, actor=actor, reason=reason, now=now)
    return mine


def _record(run: ParityRun, mine: Sequence[PlannedChange], *, actor: Any, reason: str, now: datetime) -> None:
    counts = _count(mine, dry_run=False)
    record_audit(
        actor=actor,
        action="migration.reconcile",
        target=run.dataset,
        reason=reason,
        after={
            "run": run.pk,
            "rewritten": counts.rewritten,
            "removed": counts.removed,
            "gone": counts.gone,
            "foreign": [one.name for one in mine if one.action == RepairAction.DELETE_FOREIGN],
        },
        now=now,
    )
