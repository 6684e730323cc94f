"""Keep the outbox bounded while MongoDB, or the relay, is away for long."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from migration.models import Dataset, OutboxRow
from migration.services.outbox import compact_outbox
from migration.sql import get_partition
from veri.platform.ops.services.notifications import queue_alert

WARN_SHARE = 0.8
LEAST_ROW_BYTES = 80  # line pointer, header and the shortest values: a page never holds more rows than that
_TABLE = OutboxRow._meta.db_table  # noqa: SLF001  documented


@dataclass(frozen=True, kw_only=True)
class OutboxFill:
    """How full a dataset's outbox is. ``rows`` is counted up to the limit; 0 where its size shows that it is small."""

    dataset: str
    rows: int
    limit: int

    @property
    def share(self) -> float:
        return self.rows / self.limit if self.limit else 1.0

    @property
    def is_full(self) -> bool:
        return self.rows >= self.limit


def measure_outbox(*, dataset: str) -> OutboxFill:
    """Return how full an outbox is; rows are counted only where the partition is large enough for it to matter."""
    limit = int(settings.MIGRATION.outbox_limit)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(to_regclass(%s))", [get_partition(dataset)])
        (size,) = cursor.fetchone()
        rows = 0
        if size is None or size / LEAST_ROW_BYTES >= WARN_SHARE * limit:
            cursor.execute(
                f"SELECT count(*) FROM (SELECT 1 FROM {_TABLE} WHERE dataset = %s LIMIT %s) rows",  # noqa: S608  the model's own table
                [dataset, limit],
            )
            (rows,) = cursor.fetchone()
    return OutboxFill(dataset=dataset, rows=rows, limit=limit)


def is_outbox_full(*, dataset: str) -> bool:
    """Tell whether a dataset's outbox has reached ``MIGRATION_OUTBOX_LIMIT`` rows."""
    return measure_outbox(dataset=dataset).is_full


def find_overfull_datasets(*, now: datetime) -> list[str]:
    """Return the datasets whose outbox is full, even after rows that say nothing new were dropped.

    From 80 % of the limit on staff is warned, once until the notice is settled.
    """
    found = []
    for name in Dataset.objects.filter(is_capturing=True).order_by("pk").values_list("name", flat=True):
        fill = measure_outbox(dataset=name)
        if fill.is_full and compact_outbox(dataset=name):
            fill = measure_outbox(dataset=name)
        if fill.is_full:
            found.append(name)
        elif fill.share >= WARN_SHARE:
            _warn(fill, now)
    return found


def _warn(fill: OutboxFill, now: datetime) -> None:
    with transaction.atomic():
        queue_alert(
            subject=f"The outbox of {fill.dataset} is {fill.share:.0%} full",
            body=(
                f"{fill.rows:,} of {fill.limit:,} changes of {fill.dataset} wait for MongoDB. At the limit the dataset"
                " returns to OFF and needs a new backfill. Start the relay, or bring MongoDB back."
            ),
            now=now,
            dedup_key=f"migration.outbox.{fill.dataset}",
        )
