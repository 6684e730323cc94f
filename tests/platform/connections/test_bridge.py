"""Synchronous code on an event loop, its pipelined reads and its batched writes."""

import asyncio
import contextvars

import psycopg
import pytest
from django.core.exceptions import SynchronousOnlyOperation
from django.db import connection

from creators.models import User
from veri.platform.connections.batches import Batches, close_batch_connections
from veri.platform.connections.bridge import BridgedLimit, is_bridged, run_bridged, wait_for
from veri.platform.connections.pipeline import PipelinedReader, Writer, close_pipelines
from veri.platform.connections.postgres import open_dedicated_connection
from veri.platform.connections.reading import fetch_rows

COLOUR = contextvars.ContextVar("colour", default="none")


async def give(value, *, seconds=0.0):
    await asyncio.sleep(seconds)
    return value


def test_synchronous_code_waits_while_others_run():
    order = []

    def work(name, seconds):
        order.append(f"{name} begins")
        found = wait_for(give(name, seconds=seconds))
        order.append(f"{found} ends")
        return found

    async def run():
        return await asyncio.gather(run_bridged(work, "slow", 0.05), run_bridged(work, "quick", 0.01))

    assert asyncio.run(run()) == ["slow", "quick"]
    assert order == ["slow begins", "quick begins", "quick ends", "slow ends"]


def test_exceptions_pass_both_ways():
    async def fail():
        raise ValueError("away")

    def work():
        try:
            wait_for(fail())
        except ValueError as error:
            raise KeyError(str(error)) from error

    with pytest.raises(KeyError, match="away"):
        asyncio.run(run_bridged(work))


def test_context_is_the_callers_and_stays_its_own():
    def work():
        seen = COLOUR.get()
        COLOUR.set("green")
        wait_for(give(None))
        return seen, COLOUR.get(), is_bridged()

    async def run():
        COLOUR.set("red")
        return await run_bridged(work), COLOUR.get()

    assert asyncio.run(run()) == (("red", "green", True), "red")
    assert not is_bridged()


def test_waiting_needs_an_event_loop():
    waiting = give(None)
    with pytest.raises(RuntimeError, match="no event loop"):
        wait_for(waiting)
    waiting.close()


@pytest.mark.django_db(transaction=True)
def test_bridged_reads_see_what_is_committed_and_the_orm_refuses():
    User.objects.create(username="reader")

    def work():
        rows = fetch_rows("SELECT username, %s::bigint[] FROM creators_user", [[1, 2]])
        with pytest.raises(SynchronousOnlyOperation):
            User.objects.count()
        return rows

    async def run():
        found = await run_bridged(work)
        await close_pipelines()
        return found

    assert asyncio.run(run()) == [("reader", [1, 2])]


@pytest.mark.django_db(transaction=True)
def test_bad_statement_fails_alone():
    async def run():
        reader = PipelinedReader()
        statements = ["SELECT 1", "SELECT nonsense", "SELECT 3"] * 5
        found = await asyncio.gather(*(reader.fetch(one, []) for one in statements), return_exceptions=True)
        await reader.close()
        return found

    found = asyncio.run(run())
    assert [one for one in found if isinstance(one, list)] == [[(1,)], [(3,)]] * 5
    assert sum(isinstance(one, psycopg.errors.UndefinedColumn) for one in found) == 5


@pytest.mark.django_db(transaction=True)
def test_lost_connection_is_replaced():
    async def run():
        reader = PipelinedReader()
        ((pid,),) = await reader.fetch("SELECT pg_backend_pid()", [])
        with open_dedicated_connection() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        asked = "SELECT pg_backend_pid() FROM (SELECT %s::int) AS turn"
        again = await asyncio.gather(*(reader.fetch(asked, [turn]) for turn in range(3)))
        await reader.close()
        return pid, {row[0][0] for row in again}

    before, after = asyncio.run(run())
    assert before not in after


@pytest.mark.django_db(transaction=True)
def test_same_question_is_sent_once_until_it_is_sent():
    count = "SELECT nextval('asked') + %s"

    async def run():
        reader = PipelinedReader()
        with open_dedicated_connection() as other:
            other.execute("CREATE SEQUENCE asked")
            together = await asyncio.gather(*(reader.fetch(count, [0]) for _ in range(3)), reader.fetch(count, [10]))
            later = await reader.fetch(count, [0])
            listed = await asyncio.gather(*(reader.fetch("SELECT nextval('asked'), %s", [[1]]) for _ in range(2)))
            other.execute("DROP SEQUENCE asked")
        await reader.close()
        return together, later, listed

    together, later, listed = asyncio.run(run())
    assert together == [[(1,)], [(1,)], [(1,)], [(12,)]]
    assert later == [(3,)]
    assert [row[0][0] for row in listed] == [4, 5]  # lists are not compared


@pytest.mark.django_db(transaction=True)
def test_who_no_longer_waits_leaves_the_rows_to_the_others():
    async def run():
        reader = PipelinedReader()
        gone, staying = (asyncio.ensure_future(reader.fetch("SELECT 7", [])) for _ in range(2))
        await asyncio.sleep(0)
        gone.cancel()
        rows = await staying
        await reader.close()
        return rows, gone.cancelled()

    assert asyncio.run(run()) == ([(7,)], True)


def open_doors(*, most, doings):
    """Run doings through one limit; return who was within when each began."""
    limit, within, seen = BridgedLimit(most=most), set(), []

    def work(name, doing):
        with limit.held():
            within.add(name)
            seen.append(sorted(within))
            try:
                return wait_for(doing)
            finally:
                within.discard(name)

    async def run():
        tasks = [asyncio.ensure_future(run_bridged(work, name, doing)) for name, doing in enumerate(doings)]
        await asyncio.sleep(0.005)
        if most < len(tasks):
            tasks[-1].cancel()  # while it waits for a place
        return await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(run()), seen


def test_limit_lets_in_first_come_first_served():
    async def fail():
        await asyncio.sleep(0.02)
        raise ValueError

    found, seen = open_doors(most=2, doings=[fail(), give("b", seconds=0.03), give("c"), give("d"), never := give("e")])
    never.close()

    assert [type(one) for one in found] == [ValueError, str, str, str, asyncio.CancelledError]
    assert seen == [[0], [0, 1], [1, 2], [1, 3]]


def test_limit_lets_threads_pass():
    limit = BridgedLimit(most=1)

    with limit.held(), limit.held():
        assert not is_bridged()


def submit_all(batches, items):
    async def run():
        return await asyncio.gather(*(batches.submit(one) for one in items), return_exceptions=True)

    return asyncio.run(run())


def test_items_that_wait_are_processed_together():
    sizes = []

    def process(items):
        sizes.append(len(items))
        return [item * 10 for item in items]

    assert submit_all(Batches(name="test", process=process), range(100)) == [item * 10 for item in range(100)]
    assert sizes == [64, 36]


def test_failed_batch_is_processed_one_by_one():
    tried = []

    def process(items):
        tried.append(list(items))
        if 3 in items:
            raise ValueError("three")
        return [LookupError("two") if item == 2 else item for item in items]

    one, two, three, four = submit_all(Batches(name="test", process=process), [1, 2, 3, 4])
    assert (one, four) == (1, 4)
    assert (type(two), type(three)) == (LookupError, ValueError)
    assert tried == [[1, 2, 3, 4], [1], [2], [3], [4]]


def test_what_is_not_done_quickly_is_processed():
    slow = []

    def process(items):
        slow.extend(items)
        return [-item for item in items]

    def hurry(items):
        return [item * 10 if item % 2 else None for item in items]

    assert submit_all(Batches(name="test", process=process, quick=hurry), [1, 2, 3, 4]) == [10, -2, 30, -4]
    assert slow == [2, 4]


def test_quick_way_that_fails_leaves_all_to_be_processed():
    def hurry(_items):
        raise OSError("away")

    batches = Batches(name="test", process=lambda items: [-item for item in items], quick=hurry)
    assert submit_all(batches, [1, 2]) == [-1, -2]


@pytest.mark.django_db(transaction=True)
def test_writer_replaces_a_lost_connection_and_tells_other_errors():
    async def run():
        writer = Writer()
        ((pid,),) = await writer.fetch("SELECT pg_backend_pid()", [])
        with open_dedicated_connection() as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        ((again,),) = await writer.fetch("SELECT pg_backend_pid()", [])
        with pytest.raises(psycopg.errors.UndefinedColumn):
            await writer.fetch("SELECT nonsense", [])
        ((still,),) = await writer.fetch("SELECT pg_backend_pid()", [])
        await writer.close()
        return pid, again, still

    before, again, still = asyncio.run(run())
    assert before != again == still


@pytest.mark.django_db(transaction=True)
def test_batches_give_their_connections_back():
    def process(items):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return [cursor.fetchone()[0] for _ in items[:1]]

    batches = Batches(name="test", process=process)
    (pid,) = submit_all(batches, [None])
    close_batch_connections()
    assert submit_all(batches, [None]) != [pid]
    close_batch_connections()
