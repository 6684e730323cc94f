"""What the capture triggers cost a bulk insert: COPY of 10,000 rows with the triggers capturing, and disabled."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from creators.samples.generator import generate_samples
from creators.services.documents import encode_document
from migration.enums import Flag
from tests.bench.ingest import COLUMNS
from tests.bench.measuring import Figure, at_most, compare, interleave, time_call
from tests.bench.tables import INTERACTIONS, RowSource, create_creators, empty_stores, forget_outbox, switch

ROWS = 10_000
ROUNDS = 9
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
    rows = [_write_row(one) for one in source.take(ROWS)]
    with _triggers(enabled=triggers):
        seconds = time_call(lambda: _copy(rows))
    forget_outbox()
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {INTERACTIONS}")
        cursor.execute("DELETE FROM migration_outboxrow")
        cursor.execute(f"VACUUM {INTERACTIONS}, migration_outboxrow")
    return seconds


def _write_row(one: Any) -> tuple[Any, ...]:
    head = (one.creator_id, one.platform, one.external_id, one.type, one.channel, one.author, one.text)
    return (*head, encode_document(one.attachments), encode_document(one.payload), one.occurred_at, timezone.now())


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
    with transaction.atomic(), connection.cursor() as cursor:
        with cursor.copy(f"COPY {INTERACTIONS} ({COLUMNS}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
