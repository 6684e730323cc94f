"""The charts of a dataset's page: lag, depth, parity, latency of both stores."""

from datetime import datetime, timedelta

from django.conf import settings

from migration.enums import Measure
from migration.queries.guards.reads import MONGO_READS
from migration.queries.heartbeats import list_lags
from migration.queries.history import list_depths, list_parity_shares
from migration.queries.minutes import list_percentiles_ms
from veri.console.charts import Chart, Series, draw_chart
from veri.console.steps import Situation

P95 = 0.95
MISSED = 4  # heartbeats in a row, before a line is broken
PARITY_DAYS = timedelta(days=14)


def draw_charts(at: Situation, *, since: datetime) -> list[Chart]:
    """Return the charts of a window; parity's is never shorter than two weeks, it has a point a day."""
    return [_draw_lag(at, since), _draw_depth(at, since), _draw_latency(at, since), _draw_parity(at, since)]


def _draw_lag(at: Situation, since: datetime) -> Chart:
    limits = settings.MIGRATION
    return draw_chart(
        title="Relay lag",
        unit="s",
        series=[Series(label="write to MongoDB", tone="info", points=list_lags(dataset=at.dataset, since=since))],
        since=since,
        until=at.now,
        gap=timedelta(seconds=MISSED * limits.heartbeat_seconds),
        limit=limits.lag_seconds,
    )


def _draw_depth(at: Situation, since: datetime) -> Chart:
    return draw_chart(
        title="Waiting in the outbox",
        unit="rows",
        series=[Series(label="rows", tone="info", points=list_depths(dataset=at.dataset, since=since))],
        since=since,
        until=at.now,
        gap=timedelta(seconds=MISSED * settings.MIGRATION.heartbeat_seconds),
    )


def _draw_latency(at: Situation, since: datetime) -> Chart:
    def find(label: str, tone: str, measures: tuple[Measure, ...]) -> Series:
        found = list_percentiles_ms(dataset=at.dataset.name, measures=measures, since=since, share=P95)
        return Series(label=label, tone=tone, points=sorted(found.items()))

    return draw_chart(
        title="Reads of users, p95",
        unit="ms",
        series=[find("PostgreSQL", "postgres", (Measure.READ_POSTGRES,)), find("MongoDB", "mongo", MONGO_READS)],
        since=since,
        until=at.now,
        gap=timedelta(minutes=5),
        limit=settings.MIGRATION.rollback_p95_ms,
    )


def _draw_parity(at: Situation, since: datetime) -> Chart:
    begin = min(since, at.now - PARITY_DAYS)
    points = list_parity_shares(dataset=at.dataset, since=begin)
    lowest = min([98.0, *(share for _, share in points)])
    return draw_chart(
        title="Parity of full passes",
        unit="%",
        series=[Series(label="keys alike", tone="good", points=points)],
        since=begin,
        until=at.now,
        gap=timedelta(days=2),
        limit=99.0,
        low=lowest // 2 * 2,
        high=100.0,
    )
