"""What the capture triggers cost a bulk insert: COPY of 10,000 rows with the triggers capturing, and disabled."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from creators.samples.generator import generate_samples
from migration.enums import Flag
from tests.bench.ingest import COLUMNS, write_row
from tests.bench.measuring import Figure, at_most, compare, interleave, time_call
from tests.bench.tables import INTERACTIONS, RowSource, create_creators, empty_stores, forget_outbox, switch

ROWS = 10_000
ROUNDS = 15
MOST_EXTRA = 0.20


def measure() -> list[Figure]:
    empty_stores()
    samples = generate_samples()
    source = RowSource(samples, create_creators(samples))
    switch(Flag.USE_MONGO, is_on=True)
    captured, bare = interleave(
        rounds=ROUNDS,
        runs=[lambda: _measure_copy(source, triggers=True), lambda: _measure_copy(source, triggers=False)],
    )
    return [
        compare(
            name=f"COPY {ROWS:,} rows, triggers capturing",
            value=captured * 1000,
            unit="ms",
            reference_name="ms with the triggers disabled",
            reference=bare * 1000,
            ratio=at_most(1 + MOST_EXTRA),
        )
    ]


def _measure_copy(source: RowSource, *, triggers: bool) -> float:
    rows = [write_row(one) for one in source.take(ROWS)]
    with _triggers(enabled=triggers):
        seconds = time_call(lambda: _copy(rows))
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {INTERACTIONS} CASCADE")
    forget_outbox()
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM {INTERACTIONS}, migration_outboxrow")
    return seconds


@contextmanager
def _triggers(*, enabled: bool) -> Iterator[None]:
    """Leave foreign keys alone: only the capture's own triggers are switched."""
    with connection.cursor() as cursor:
        if not enabled:
            cursor.execute(f"ALTER TABLE {INTERACTIONS} DISABLE TRIGGER USER")
        yield
        for name in ("version", "capture_insert", "capture_update", "capture_delete", "capture_truncate"):
            cursor.execute(f"ALTER TABLE {INTERACTIONS} ENABLE ALWAYS TRIGGER interactions_{name}")


def _copy(rows: list[tuple[Any, ...]]) -> None:
    copy_into = f"COPY {INTERACTIONS} ({COLUMNS}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(copy_into) as copy:
        for row in rows:
            copy.write_row(row)
