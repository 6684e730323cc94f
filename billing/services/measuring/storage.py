"""What the stores hold costs by the gigabyte-month: each day a month's share of what is there."""

from datetime import UTC, datetime

import structlog
from django.apps import apps
from django.db import connection
from pymongo.errors import PyMongoError

from billing.enums import Service
from billing.models import UsageEvent
from billing.services.periods import get_month
from billing.services.spending import Spent, record_spent
from veri.platform.connections.errors import StoreUnavailable
from veri.platform.connections.mongo import get_database

SOURCE, MODEL = "storage", "storage"
KILOBYTE = 1000
_SIZES = "SELECT coalesce(sum(pg_total_relation_size(name::regclass)), 0)::bigint FROM unnest(%s::varchar[]) AS name"
logger = structlog.get_logger(__name__)


def meter_storage(*, now: datetime) -> list[UsageEvent]:
    """Meter today's share of both stores once; a store that does not tell its size today is told of in the log."""
    day = now.astimezone(UTC).date()
    measured = {Service.POSTGRES: measure_postgres(), Service.MONGO: measure_mongo()}
    return record_spent(
        spent=[
            Spent(
                source=SOURCE,
                action=f"{service.value}:{day}",
                service=service.value,
                model=MODEL,
                units=share_of_month(stored, at=now),
                at=now,
            )
            for service, stored in measured.items()
            if stored
        ]
    )


def share_of_month(stored: int, *, at: datetime) -> int:
    """Return a day's kilobyte-months of so many bytes, rounded up."""
    start, end = get_month(at)
    return -(-stored // (KILOBYTE * (end - start).days))


def measure_postgres() -> int:
    """Return the bytes of every table with its indexes."""
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed]  # noqa: SLF001  Django's documented API
    with connection.cursor() as cursor:
        cursor.execute(_SIZES, [sorted(set(tables) & set(connection.introspection.table_names(cursor)))])
        return int(cursor.fetchone()[0])


def measure_mongo() -> int:
    """Return the bytes of the database with its indexes; 0 when the server is away or does not tell."""
    try:
        told = get_database().command("dbStats")
    except (PyMongoError, StoreUnavailable) as error:
        logger.warning("storage_not_measured", store="mongo", error=type(error).__name__)
        return 0
    return int(told.get("storageSize") or told.get("dataSize") or 0) + int(told.get("indexSize") or 0)
