"""Ingest with capture on, beside a plain COPY of the same rows into the same table definition without the capture."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils import timezone

from creators.samples.generator import generate_samples
from creators.services.documents import encode_document
from creators.services.ingest import NewInteraction, record_interactions
from creators.services.intake import take_in_items
from migration.enums import Flag
from tests.bench.measuring import Figure, at_least, compare, interleave, time_call
from tests.bench.tables import INTERACTIONS, RowSource, create_creators, empty_stores, forget_outbox, switch

SIZES = {1000: 11, 100: 31}  # rows: rounds
TARGET = at_least(0.4)
PLAIN = "bench_plain_interaction"
# LIKE leaves foreign keys out; they belong to the definition as indexes do, and the service cannot avoid them.
FOREIGN_KEY = "FOREIGN KEY (creator_id) REFERENCES creators_creator (id) DEFERRABLE INITIALLY DEFERRED"
COLUMNS = (
    "creator_id, platform, external_id, type, channel, author, text, attachments, payload, occurred_at, received_at"
)


def measure() -> list[Figure]:
    empty_stores()
    samples = generate_samples()
    source = RowSource(samples, create_creators(samples))
    switch(Flag.USE_MONGO, is_on=True)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {PLAIN}")
        cursor.execute(f"CREATE TABLE {PLAIN} (LIKE {INTERACTIONS} INCLUDING ALL, {FOREIGN_KEY})")
    figures = []
    for size, rounds in SIZES.items():
        figures += _measure_size(size, rounds, source, samples.items)
    forget_outbox()
    return figures


def _measure_size(size: int, rounds: int, source: RowSource, items: list[dict[str, Any]]) -> list[Figure]:
    intake = ItemSource(items)
    plain, service, whole = interleave(
        rounds=rounds,
        runs=[
            lambda: _copy_plain(source.take(size)),
            lambda: _record(source.take(size)),
            lambda: _take_in(intake.take(size)),
        ],
    )
    beside = "rows/s plain COPY"
    return [
        compare(
            name=f"record_interactions, {size:,} rows, capture on",
            value=size / service,
            unit="rows/s",
            reference_name=beside,
            reference=size / plain,
            ratio=TARGET if size == max(SIZES) else None,
        ),
        compare(
            name=f"take_in_items, {size:,} raw payloads, capture on",
            value=size / whole,
            unit="rows/s",
            reference_name=beside,
            reference=size / plain,
        ),
    ]


def _copy_plain(items: list[NewInteraction]) -> float:
    rows = [write_row(one) for one in items]
    return time_call(lambda: _copy(rows))


def write_row(one: NewInteraction) -> tuple[Any, ...]:
    """Return an interaction as its table's row, in the order of ``COLUMNS``, ready before any clock runs."""
    head = (one.creator_id, one.platform, one.external_id, one.type, one.channel, one.author, one.text)
    return (*head, encode_document(one.attachments), encode_document(one.payload), one.occurred_at, timezone.now())


def _copy(rows: list[tuple[Any, ...]]) -> None:
    copy_into = f"COPY {PLAIN} ({COLUMNS}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(copy_into) as copy:
        for row in rows:
            copy.write_row(row)


def _record(items: list[NewInteraction]) -> float:
    return time_call(lambda: record_interactions(items=items, now=timezone.now()))


def _take_in(items: list[dict[str, Any]]) -> float:
    owner = get_user_model().objects.get(username="bench")
    return time_call(lambda: take_in_items(items=items, acting_user=owner, now=timezone.now()))


class ItemSource:
    """Raw payloads, each time under new external ids."""

    def __init__(self, items: list[dict[str, Any]]) -> None:
        self._items = items
        self._taken = 0

    def take(self, count: int) -> list[dict[str, Any]]:
        self._taken += 1
        chosen = [self._items[(self._taken * 37 + index) % len(self._items)] for index in range(count)]
        return [{**item, "external_id": f"raw-{self._taken}-{index}"} for index, item in enumerate(chosen)]
