"""What deciding the store of a read costs, beside the cheapest query there is."""

import time
from statistics import median

from django.db import connection, reset_queries
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from creators.samples.generator import generate_samples
from creators.services.ingest import record_interactions
from migration.enums import Flag, Stage
from migration.queries.routes import Store, choose_store
from tests.bench.climbing import climb_all
from tests.bench.measuring import Figure, at_most, compare, get_percentile, judge
from tests.bench.tables import RowSource, create_creators, empty_stores, switch

DECISIONS = 3000
P95_MS = at_most(0.3)
QUERIES = at_most(1)


def measure() -> list[Figure]:
    empty_stores()
    samples = generate_samples()
    creators = create_creators(samples)
    record_interactions(items=RowSource(samples, creators).take(500), now=timezone.now())
    switch(Flag.USE_MONGO, is_on=True)
    switch(Flag.READ_FROM_MONGO, is_on=True)
    climb_all(Stage.CANARY, only=("interactions",))
    names, scope = ["interactions"], next(iter(creators.values()))
    assert choose_store(datasets=names, scope=scope) is Store.MONGO
    decided, bare = _time(names, scope)
    high = get_percentile(decided, 95)
    return [
        judge(name="routing decision: p95", value=high, unit="ms", bound=P95_MS),
        compare(
            name="routing decision: p50",
            value=median(decided),
            unit="ms",
            reference_name="ms SELECT 1",
            reference=median(bare),
        ),
        judge(name="routing decision: queries", value=_count_queries(names, scope), unit="", bound=QUERIES),
    ]


def _time(names: list[str], scope: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of decisions and of empty queries, in turn."""
    decided, bare = [], []
    for _ in range(DECISIONS):
        started = time.perf_counter()
        choose_store(datasets=names, scope=scope)
        middle = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        decided.append((middle - started) * 1000)
        bare.append((time.perf_counter() - middle) * 1000)
    return decided, bare


def _count_queries(names: list[str], scope: int) -> int:
    choose_store(datasets=names, scope=scope)
    reset_queries()
    with CaptureQueriesContext(connection) as queries:
        choose_store(datasets=names, scope=scope)
    return len(queries)
