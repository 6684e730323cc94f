"""How many rows tables hold: counted while few, the planner's estimate when many."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Model

from veri.console.formats import format_count

COUNTED = 10_000


@dataclass(frozen=True, kw_only=True)
class TableCount:
    label: str
    shown: str
    url_name: str


def count_table(*, model: type[Model]) -> TableCount:
    """Count up to 10,000 rows; beyond that return the estimate, marked as such."""
    meta = model._meta  # noqa: SLF001  Django's documented API
    counted = model._default_manager.order_by()[: COUNTED + 1].count()  # noqa: SLF001  same
    is_estimate = counted > COUNTED
    count = max(counted, _estimate(meta.db_table)) if is_estimate else counted
    return TableCount(
        label=str(meta.verbose_name_plural).capitalize(),
        shown=format_count(count, is_estimate=is_estimate),
        url_name=f"admin:{meta.app_label}_{meta.model_name}_changelist",
    )


def _estimate(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = %s::regclass", [table])
        (rows,) = cursor.fetchone()
    return int(rows)
