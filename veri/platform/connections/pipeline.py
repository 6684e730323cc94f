"""Reads of many requests over few connections: what waits is sent together, in pipeline mode."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, LiteralString

from veri.platform.connections.postgres import build_dedicated_parameters

if TYPE_CHECKING:
    from psycopg import AsyncConnection

CONNECTIONS = 1  # per process; more only take turns on the same cores
TOGETHER = 64  # statements
GATHERING_SECONDS = 0.002  # in a burst: fewer, larger pipelines cost less than the wait

Parameters = Sequence[Any] | Mapping[str, Any]
Rows = list[tuple[Any, ...]]
_Waiting = tuple[LiteralString, Parameters, "asyncio.Future[Rows]"]


class PipelinedReader:
    """Plain SELECTs for one event loop. Each statement is its own transaction.

    Statements are prepared by the driver after five executions, as psycopg does by default.
    """

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._idle: list[AsyncConnection[Any] | None] = [None] * CONNECTIONS
        self._tasks: set[asyncio.Task[None]] = set()

    async def fetch(self, sql: LiteralString, parameters: Parameters) -> Rows:
        """Return all rows of a statement.

        Raises:
            psycopg.Error: as the driver raises it; of a lost connection after one more try.
        """
        answer: asyncio.Future[Rows] = asyncio.get_running_loop().create_future()
        self._waiting.append((sql, parameters, answer))
        if self._idle:
            self._start(self._idle.pop())
        return await answer

    async def close(self) -> None:
        """Close the connections, once what waits is answered; for the end of a process."""
        if self._tasks:
            await asyncio.wait(self._tasks)
        for connection in self._idle:
            if connection:
                await connection.close()
        self._idle = [None] * CONNECTIONS

    def _start(self, connection: "AsyncConnection[Any] | None") -> None:
        task = asyncio.get_running_loop().create_task(self._work(connection))
        self._tasks.add(task)  # the loop itself keeps no task alive
        task.add_done_callback(self._tasks.discard)

    async def _work(self, connection: "AsyncConnection[Any] | None") -> None:
        """Answer what waits until nothing does."""
        await asyncio.sleep(0)  # requests that became ready in the same round of the loop are sent together
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(min(TOGETHER, len(self._waiting)))]
            try:
                connection = await _answer_all(connection, taken)
            except Exception as error:  # noqa: BLE001  told to all who wait: a reader that dies would let them wait forever
                connection = None
                for _, _, future in taken:
                    if not future.done():
                        future.set_exception(error)
            if len(taken) > 1:
                await asyncio.sleep(GATHERING_SECONDS)
        self._idle.append(connection)


async def _answer_all(
    connection: "AsyncConnection[Any] | None", taken: Sequence[_Waiting]
) -> "AsyncConnection[Any] | None":
    """Answer statements together; when that fails, each by itself, so that only the bad one is told."""
    import psycopg  # loads on first use

    try:
        connection = await _replace_broken(connection)
        answers = await _run_together(connection, taken)
    except psycopg.Error:
        return await _answer_each(connection, taken)
    for (_, _, future), rows in zip(taken, answers, strict=True):
        if not future.done():
            future.set_result(rows)
    return connection


async def _run_together(connection: "AsyncConnection[Any]", taken: Sequence[_Waiting]) -> list[Rows]:
    async with connection.pipeline():
        cursors = [await connection.execute(sql, parameters) for sql, parameters, _ in taken]
    return [await cursor.fetchall() for cursor in cursors]


async def _answer_each(
    connection: "AsyncConnection[Any] | None", taken: Sequence[_Waiting]
) -> "AsyncConnection[Any] | None":
    import psycopg  # loaded by then

    for sql, parameters, future in taken:
        if future.done():
            continue
        try:
            connection = await _replace_broken(connection)
            cursor = await connection.execute(sql, parameters)
            future.set_result(await cursor.fetchall())
        except psycopg.Error as error:
            future.set_exception(error)
    return connection


async def _replace_broken(connection: "AsyncConnection[Any] | None") -> "AsyncConnection[Any]":
    if connection and not (connection.broken or connection.closed):
        return connection
    if connection:
        await connection.close()
    return await _connect()


async def _connect() -> "AsyncConnection[Any]":
    import psycopg  # loads on first use

    from veri.platform.connections.rotation import connect_async_with_rotation  # imports the driver

    parameters = build_dedicated_parameters(application_name="veri-chat")
    # Planned once: each statement names its creator and goes through one index, whatever the values are.
    options = f"{parameters.pop('options', '')} -c timezone=UTC -c plan_cache_mode=force_generic_plan"
    parameters.pop("prepare_threshold", None)  # Django switches prepared statements off; here they are half the win
    return await connect_async_with_rotation(
        connect=lambda current: psycopg.AsyncConnection.connect(autocommit=True, options=options, **current),
        parameters=parameters,
    )


_latest: "list[tuple[asyncio.AbstractEventLoop, PipelinedReader]]" = []


def get_reader() -> PipelinedReader:
    """Return the running event loop's reader; a process has one loop, tests have several one after the other."""
    loop = asyncio.get_running_loop()
    if not _latest or _latest[0][0] is not loop:
        _latest[:] = [(loop, PipelinedReader())]
    return _latest[0][1]
