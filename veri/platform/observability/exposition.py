"""The text of ``/metrics``: all processes' counts merged, then what the database knows."""

from collections.abc import Iterator

from django.db import connection
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from veri.platform.observability import metrics
from veri.platform.observability.multiprocess import read_merged_metrics
from veri.platform.observability.registry import RegisteredCollector, register_gauge

__all__ = ["count_database_connections", "metrics", "render_metrics"]  # importing metrics creates them


class _MergedCollector(Collector):
    """The merged counts of all processes, and the bare names of what nobody has counted yet."""

    def collect(self) -> Iterator[Metric]:
        merged = {metric.name: metric for metric in read_merged_metrics()}
        yield from merged.values()
        for metric in REGISTRY.collect():
            if metric.name not in merged and metric.name.startswith(("veri_", "search_", "vector_")):
                yield Metric(metric.name, metric.documentation, metric.type)


def render_metrics() -> bytes:
    """Return the exposition of all processes sharing the metrics folder."""
    registry = CollectorRegistry()
    registry.register(_MergedCollector())
    registry.register(RegisteredCollector())
    return generate_latest(registry)


def count_database_connections() -> dict[tuple[str, ...], float]:
    """Return the server's connections to our database by state."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(state, 'other'), count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() GROUP BY 1"
        )
        return {(str(state),): float(count) for state, count in cursor.fetchall()}


register_gauge(
    name="veri_db_connections_active",
    read=count_database_connections,
    documentation="Connections to PostgreSQL, by state.",
    labels=["state"],
)
