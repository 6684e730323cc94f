"""Preflight: whether a backfill of a dataset could succeed, found out before it begins."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from pymongo.errors import PyMongoError

from migration.errors import MigrationError, RowNotMappable
from migration.models import Dataset, Preflight
from migration.queries.heartbeats import find_missing_triggers
from migration.registry import DatasetSpec, get_spec
from migration.stores import probes
from migration.stores.documents import UNSENDABLE
from migration.stores.duplicates import find_duplicates
from migration.stores.schema import find_schema_changes

SAMPLE = 200
MOST_FAILING = 0.2  # single rows go to the quarantine; more than that is a mapper that does not fit


@transaction.atomic
def run_preflight(*, dataset: Dataset, now: datetime) -> Preflight:
    """Check MongoDB, permissions, triggers and the mapper; keep what was found."""
    spec = get_spec(dataset.name)
    findings = [_find(name, check, spec) for name, check in _CHECKS.items()]
    is_ok = all(one["ok"] for one in findings)
    return Preflight.objects.create(dataset=dataset, is_ok=is_ok, findings=findings, at=now)


def _find(name: str, check: Callable[[DatasetSpec], str], spec: DatasetSpec) -> dict[str, Any]:
    """Return one finding; a check raises what is wrong and returns what is right."""
    try:
        return {"name": name, "ok": True, "detail": check(spec)}
    except (PyMongoError, MigrationError) as error:
        return {"name": name, "ok": False, "detail": f"{type(error).__name__}: {error}"[:500]}


def _check_reachable(_spec: DatasetSpec) -> str:
    return f"answers in {probes.measure_ping_ms():.1f} ms"


def _check_writable(spec: DatasetSpec) -> str:
    probes.probe_writes(spec)
    return "insert, replace and delete are acknowledged by a majority"


def _check_triggers(spec: DatasetSpec) -> str:
    missing = find_missing_triggers(spec)
    if missing:
        raise MigrationError("; ".join(missing))
    return "all present and enabled"


def _check_mapper(spec: DatasetSpec) -> str:
    """Map a sample of rows to documents, through BSON and back, and compare."""
    sample = probes.sample_rows(spec, limit=SAMPLE)
    failed = [reason for row in sample.rows.values() if (reason := _round_trip(spec, row))]
    failed += list(sample.unreadable.values())
    total = len(sample.rows) + len(sample.unreadable)
    if len(failed) > MOST_FAILING * total:
        raise RowNotMappable(f"{len(failed)} of {total} sampled rows: {failed[0]}")
    bad = f"; {len(failed)} will be quarantined: {failed[0]}" if failed else ""
    return f"{total - len(failed)} of {total} sampled rows survive the round trip{bad}"


def _check_schema(spec: DatasetSpec) -> str:
    changes = find_schema_changes(spec)
    if changes:
        raise MigrationError("; ".join(changes))
    return "every column the mapper needs is there, of its type"


def _check_duplicates(spec: DatasetSpec) -> str:
    found = find_duplicates(spec)
    if found:
        raise MigrationError("; ".join(found))
    return "nothing a unique index would refuse"


def _round_trip(spec: DatasetSpec, row: dict[str, Any]) -> str:
    try:
        different = spec.mapper.compare(row, probes.through_bson(spec.mapper.to_document(row)))
    except (RowNotMappable, *UNSENDABLE) as error:
        return f"{row['id']}: {error}"
    return f"{row['id']}: {', '.join(one.name for one in different)}" if different else ""


def _check_foreign(spec: DatasetSpec) -> str:
    foreign = "documents without our stamp are inside: they will be overwritten or removed"
    return foreign if probes.has_unstamped(spec) else "nothing foreign inside"


_CHECKS: dict[str, Callable[[DatasetSpec], str]] = {
    "reachable": _check_reachable,
    "writable": _check_writable,
    "triggers": _check_triggers,
    "schema": _check_schema,
    "mapper": _check_mapper,
    "duplicates": _check_duplicates,
    "collection": _check_foreign,
}
