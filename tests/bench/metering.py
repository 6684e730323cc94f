"""Reserving and settling on one hot budget beside bare UPDATEs, and reports over five million events."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any, TypeVar

import psycopg
import uvloop
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.errors import BudgetExceeded
from billing.models import Allowance, PriceVersion, RollupMark, UsageEvent, UsageRollup
from billing.queries.usage import get_usage_report
from billing.services.metering import UsageRequest, reserve_usage, settle_usage
from billing.services.periods import get_month
from billing.services.pricing import TokenCounts
from billing.services.rollups import roll_usage
from creators.models import Creator
from tests.bench.measuring import Figure, at_most, compare, get_percentile, judge, time_call
from tests.bench.tables import empty_stores
from veri.platform.connections.batches import close_batch_connections
from veri.platform.connections.bridge import run_bridged
from veri.platform.connections.pipeline import close_pipelines
from veri.platform.connections.postgres import build_dedicated_parameters
from veri.platform.http.garbage import calm_collections

CALLERS = 50
ROUNDS = 20
MODEL_SECONDS = (0.2, 0.4)  # between reserving and settling: a model is awaited
EVENTS = 5_000_000
STEP = 250_000
CREATORS = 500
VIEWS = 15
PAIR_MS = at_most(4)
REPORT_SECONDS = at_most(1)
PAGE_MS = at_most(200)
HUNDRED = TokenCounts(input=100)
MODEL = "bench-model"
T = TypeVar("T")
_FILL = """
INSERT INTO billing_usageevent (source, action, creator_id, service, model, input_tokens, cache_write_5m_tokens,
  cache_write_1h_tokens, cache_read_tokens, output_tokens, units, cost_micro_usd, state, provider_request_id,
  occurred_at)
SELECT (ARRAY['assistant','formation','embedding'])[1 + n %% 3], 'filled-' || n, (%s::bigint[])[1 + n %% 500],
  (ARRAY['claude','openai','voyage'])[1 + n %% 3], 'model-' || n %% 5, 900, 0, 0, 100, 50, 0, 130 + n %% 7,
  'metered', '', %s::timestamptz + (n %% %s) * interval '1 second'
FROM generate_series(%s, %s) AS n"""
_PLAIN_REPORT = """
SELECT service, model, count(*), sum(input_tokens), sum(output_tokens), sum(cost_micro_usd)
FROM billing_usageevent WHERE occurred_at >= %s AND occurred_at < %s GROUP BY service, model"""
_PLAIN_RESERVE = "UPDATE bench_budget SET reserved = reserved + 100 WHERE id = 1 AND spent + reserved + 100 <= most"
_PLAIN_SETTLE = "UPDATE bench_budget SET reserved = reserved - 100, spent = spent + 100 WHERE id = 1"


def measure() -> list[Figure]:
    empty_stores()
    PriceVersion.objects.create(
        service="claude", model=MODEL, effective_from=datetime(2026, 1, 1, tzinfo=UTC), input=1_000_000, output=1,
        cache_write_5m=0, cache_write_1h=0, cache_read=0,
    )  # fmt: skip
    return [*_measure_pairs(), *_measure_reports()]


def _measure_pairs() -> list[Figure]:
    _limit_budget(10**12)
    _create_plain_budget()
    ours = _run(_call_all(_reserve_and_settle, pause=MODEL_SECONDS))
    plain = _run(_call_plain(pause=MODEL_SECONDS))
    started = time.perf_counter()
    _run(_call_all(_reserve_and_settle, pause=(0, 0)))
    ours_a_second = CALLERS * ROUNDS / (time.perf_counter() - started)
    started = time.perf_counter()
    _run(_call_plain(pause=(0, 0)))
    plain_a_second = CALLERS * ROUNDS / (time.perf_counter() - started)
    budget = Allowance.objects.get(scope="budget:claude")
    assert (budget.spent, budget.reserved) == (2 * CALLERS * ROUNDS * 100, 0)
    name = f"reserve + settle, {CALLERS} callers, one budget"
    return [
        judge(name=f"{name}, a model of 200 to 400 ms between: p95", value=get_percentile(ours, 95), unit="ms",
              bound=PAIR_MS),
        compare(name=f"{name}, the same: p50", value=median(ours), unit="ms",
                reference_name="two bare UPDATEs, p50", reference=median(plain)),
        compare(name=f"{name}, the same: p95", value=get_percentile(ours, 95), unit="ms",
                reference_name="two bare UPDATEs, p95", reference=get_percentile(plain, 95)),
        compare(name=f"{name}, without a pause", value=ours_a_second, unit="pairs/s",
                reference_name="two bare UPDATEs", reference=plain_a_second),
        _measure_overspend(),
    ]  # fmt: skip


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run on the event loop the web processes have, collecting garbage as they do."""
    calm_collections()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _measure_overspend() -> Figure:
    """Return by how much a budget with room for 100 calls is overspent by 1,000."""
    budget = Allowance.objects.get(scope="budget:claude")
    _limit_budget(budget.spent + 100 * 100)
    _run(_call_all(_reserve_and_settle, pause=(0, 0)))
    budget.refresh_from_db()
    assert budget.spent == budget.limit, "the room was not used"
    over = max(0, budget.spent + budget.reserved - budget.limit)
    return judge(name="overspent of a budget with room for 100 of 1,000", value=over, unit="µ$", bound=at_most(0))


def _create_plain_budget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_budget")
        cursor.execute("CREATE TABLE bench_budget (id int PRIMARY KEY, most bigint, spent bigint, reserved bigint)")
        cursor.execute("INSERT INTO bench_budget VALUES (1, 1000000000000, 0, 0)")


def _limit_budget(limit: int) -> None:
    start, end = get_month(timezone.now())
    Allowance.objects.update_or_create(
        scope="budget:claude",
        period_start=start,
        defaults={"unit": "micro_usd", "period_end": end, "limit": limit, "is_set_by_staff": True},
    )


async def _call_all(call: Callable[[str, Any], Awaitable[float | None]], *, pause: tuple[float, float]) -> list[float]:
    """Return the milliseconds of each pair, without the pause between its halves."""
    prefix = f"{time.time_ns()}"

    async def run(caller: int) -> list[float | None]:
        await _await_model((0, pause[1]))  # nobody begins at the same instant as everybody
        return [await call(f"{prefix}-{caller}-{turn}", pause) for turn in range(ROUNDS)]

    taken = await asyncio.gather(*(run(caller) for caller in range(CALLERS)))
    await close_pipelines()
    close_batch_connections()
    return [milliseconds for one in taken for milliseconds in one if milliseconds is not None]


async def _reserve_and_settle(action: str, pause: tuple[float, float]) -> float | None:
    request = UsageRequest(
        source="bench", action=action, creator_id=None, service="claude", model=MODEL, upper_bound=HUNDRED
    )
    started = time.perf_counter()
    try:
        reservation = await run_bridged(reserve_usage, request=request, now=timezone.now())
    except BudgetExceeded:
        return None
    reserved = time.perf_counter() - started
    await _await_model(pause)
    started = time.perf_counter()
    await run_bridged(settle_usage, source="bench", action=action, counts=HUNDRED, reservation=reservation)
    return (reserved + time.perf_counter() - started) * 1000


async def _await_model(pause: tuple[float, float]) -> None:
    await asyncio.sleep(random.uniform(*pause))  # noqa: S311  spreads the callers, guards nothing


async def _call_plain(*, pause: tuple[float, float]) -> list[float]:
    taken: list[float] = []

    async def run() -> None:
        parameters = build_dedicated_parameters(application_name="bench")
        async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as plain:
            await _await_model((0, pause[1]))
            for _ in range(ROUNDS):
                started = time.perf_counter()
                await plain.execute(_PLAIN_RESERVE)
                reserved = time.perf_counter() - started
                await _await_model(pause)
                started = time.perf_counter()
                await plain.execute(_PLAIN_SETTLE)
                taken.append((reserved + time.perf_counter() - started) * 1000)

    await asyncio.gather(*(run() for _ in range(CALLERS)))
    return taken


def _measure_reports() -> list[Figure]:
    now = timezone.now()
    start, end = get_month(now)
    _fill_events(start, min(now, end) - start)
    rolling = time_call(lambda: _roll_up(now))
    assert RollupMark.objects.get().rolled_id == UsageEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
    with_rollups = [time_call(lambda: get_usage_report(creator_ids=None, at=now)) for _ in range(5)]
    plain = [time_call(lambda: _read_plainly(start, end)) for _ in range(3)]
    page = [time * 1000 for time in _view_page()]
    name = f"usage report over {EVENTS:,} events"
    return [
        judge(name=name, value=median(with_rollups), unit="s", bound=REPORT_SECONDS),
        compare(name=name, value=median(with_rollups), unit="s", reference_name="the same from the events alone",
                reference=median(plain)),
        Figure(name=f"rolling {EVENTS:,} events up", value=rolling, unit="s",
               note=f"{UsageRollup.objects.count():,} rows"),
        judge(name="cost page of the console: p95", value=get_percentile(page, 95), unit="ms", bound=PAGE_MS,
              note=f"{VIEWS} views"),
    ]  # fmt: skip


def _fill_events(start: datetime, span: timedelta) -> None:
    creators, seconds = _create_creators(), max(60, int(span.total_seconds()))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # filling, and the report that reads every event
        for first in range(1, EVENTS, STEP):
            cursor.execute(_FILL, [creators, start, seconds, first, first + STEP - 1])
        cursor.execute("VACUUM ANALYZE billing_usageevent")


def _roll_up(now: datetime) -> None:
    newest = UsageEvent.objects.order_by("-pk").values_list("pk", flat=True)[0]
    while roll_usage(now=now) < newest:
        pass


def _create_creators() -> list[int]:
    owner, now = get_user_model().objects.create_user("bench-owner"), timezone.now()
    rows = [
        Creator(owner=owner, handle=f"metered{number}", display_name="m", created_at=now, updated_at=now)
        for number in range(CREATORS)
    ]
    return [one.pk for one in Creator.objects.bulk_create(rows)]


def _read_plainly(start: datetime, end: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN_REPORT, [start, end])
        cursor.fetchall()


def _view_page() -> list[float]:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("bench-operator"))
    page = reverse("admin:costs")
    client.get(page)  # the first one loads templates
    return [time_call(lambda: client.get(page)) for _ in range(VIEWS)]
