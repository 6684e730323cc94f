"""Suspects of a pass, kept in the database: memory stays bounded, and a killed pass finds them again."""

from collections.abc import Iterator, Sequence

from django.db import connection

from migration.enums import MismatchOutcome
from migration.models import OutboxRow, ParityRun, ParitySuspect
from migration.registry import DatasetSpec
from migration.services.verification.differences import Difference

PAGE = 1000


def suspect(spec: DatasetSpec, run: ParityRun, differences: Sequence[Difference]) -> None:
    """Note keys that differ at first sight; those noted before stay as they are."""
    ParitySuspect.objects.bulk_create(
        [
            ParitySuspect(
                run=run,
                key=one.key,
                document_id=one.document_id,
                scope=one.find_scope(spec),
                kind=one.kind,
                fields=list(one.fields),
                versions=one.versions,
            )
            for one in differences
        ],
        batch_size=PAGE,
        ignore_conflicts=True,
    )


def iterate_open(run: ParityRun, *, page: int = PAGE) -> Iterator[list[ParitySuspect]]:
    """Yield the suspects nothing is certain about, page by page."""
    last = 0
    while found := list(ParitySuspect.objects.filter(run=run, outcome="", pk__gt=last).order_by("pk")[:page]):
        last = found[-1].pk
        yield found


def is_settled(run: ParityRun) -> bool:
    return not ParitySuspect.objects.filter(run=run, outcome="").exists()


def acquit(found: Sequence[ParitySuspect]) -> None:
    """Forget suspects that turned out to agree."""
    if found:
        ParitySuspect.objects.filter(pk__in=[one.pk for one in found]).delete()


def update(spec: DatasetSpec, one: ParitySuspect, difference: Difference, *, is_certain: bool) -> None:
    """Take over what a suspect looks like now."""
    one.changes += one.versions != difference.versions
    one.kind, one.fields, one.versions = difference.kind, list(difference.fields), difference.versions
    one.scope = difference.find_scope(spec)
    one.differences = difference.describe(spec)
    one.outcome = MismatchOutcome.MISMATCH if is_certain else ""


def save(found: Sequence[ParitySuspect]) -> None:
    ParitySuspect.objects.bulk_update(
        found, ["kind", "fields", "versions", "scope", "differences", "changes", "outcome"], batch_size=200
    )


def list_waiting(spec: DatasetSpec, keys: Sequence[int]) -> set[int]:
    """Return which keys have something on its way to MongoDB; a TRUNCATE concerns all."""
    waiting = OutboxRow.objects.filter(dataset=spec.name, key__in=[0, *keys], quarantined_at=None)
    rows = set(waiting.values_list("key", "operation"))
    return set(keys) if (0, "t") in rows else {key for key, _ in rows}


def read_relay_mark(spec: DatasetSpec) -> int | None:
    """Return the oldest row the relay has before it: as long as it rises, the relay is getting on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(id) FROM migration_outboxrow WHERE dataset = %s AND quarantined_at IS NULL", [spec.name]
        )
        found = cursor.fetchone()[0]
    return None if found is None else int(found)
