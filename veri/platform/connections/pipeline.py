"""Statements of many requests over few connections: reads that wait are sent together, in pipeline mode."""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, LiteralString

from veri.platform.connections.postgres import build_dedicated_parameters

if TYPE_CHECKING:
    from psycopg import AsyncConnection

READERS = 1  # connections of a process; more only take turns on the same cores
TOGETHER = 64  # statements
GATHERING_SECONDS = 0.002  # in a burst: fewer, larger pipelines cost less than the wait

Parameters = Sequence[Any] | Mapping[str, Any]
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class _Read:
    """A statement, and everybody who waits for its rows."""

    sql: LiteralString
    parameters: Parameters
    answers: "list[asyncio.Future[Rows]]" = field(default_factory=list)

    @property
    def is_awaited(self) -> bool:
        return not all(one.done() for one in self.answers)

    def tell(self, rows: Rows) -> None:
        for one in self.answers:
            if not one.done():
                one.set_result(rows)

    def fail(self, error: Exception) -> None:
        for one in self.answers:
            if not one.done():
                one.set_exception(error)


class PipelinedReader:
    """Plain SELECTs for one event loop. Each statement is its own transaction.

    The same question asked again before it was sent, like who holds the key of many requests at once, is sent once; its
    rows are not to be changed. Statements are prepared by the driver after five executions, as psycopg does by default.
    """

    def __init__(self) -> None:
        self._waiting: dict[Hashable, _Read] = {}
        self._idle: list[AsyncConnection[Any] | None] = [None] * READERS
        self._tasks: set[asyncio.Task[None]] = set()

    async def fetch(self, sql: LiteralString, parameters: Parameters) -> Rows:
        """Return all rows of a statement.

        Raises:
            psycopg.Error: as the driver raises it; of a lost connection after one more try.
        """
        answer: asyncio.Future[Rows] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(_identify(sql, parameters), _Read(sql, parameters)).answers.append(answer)
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
        self._idle = [None] * READERS

    def _start(self, connection: "AsyncConnection[Any] | None") -> None:
        task = asyncio.get_running_loop().create_task(self._work(connection))
        self._tasks.add(task)  # the loop itself keeps no task alive
        task.add_done_callback(self._tasks.discard)

    async def _work(self, connection: "AsyncConnection[Any] | None") -> None:
        """Answer what waits until nothing does."""
        await asyncio.sleep(0)  # requests that became ready in the same round of the loop are sent together
        while self._waiting:
            taken = [self._waiting.pop(key) for key in list(islice(self._waiting, TOGETHER))]
            try:
                connection = await _answer_all(connection, taken)
            except Exception as error:  # noqa: BLE001  told to all who wait: a reader that dies would let them wait forever
                connection = None
                for read in taken:
                    read.fail(error)
            if len(taken) > 1:
                await asyncio.sleep(GATHERING_SECONDS)
        self._idle.append(connection)


def _identify(sql: LiteralString, parameters: Parameters) -> Hashable:
    """Return what the same question is known by; one with lists or names is like no other."""
    key = (sql, *parameters) if not isinstance(parameters, Mapping) else object()
    try:
        hash(key)
    except TypeError:
        return object()
    return key


async def _answer_all(
    connection: "AsyncConnection[Any] | None", taken: Sequence[_Read]
) -> "AsyncConnection[Any] | None":
    """Answer statements together; when that fails, each by itself, so that only the bad one is told."""
    import psycopg  # loads on first use

    try:
        connection = await _replace_broken(connection)
        answers = await _run_together(connection, taken)
    except psycopg.Error:
        return await _answer_each(connection, taken)
    for read, rows in zip(taken, answers, strict=True):
        read.tell(rows)
    return connection


async def _run_together(connection: "AsyncConnection[Any]", taken: Sequence[_Read]) -> list[Rows]:
    if len(taken) == 1:  # nothing to send together: the mode would take another round trip
        (read,) = taken
        return [await _run_alone(connection, read.sql, read.parameters)]
    async with connection.pipeline():
        cursors = [await connection.execute(read.sql, read.parameters) for read in taken]
    return [await cursor.fetchall() for cursor in cursors]


async def _answer_each(
    connection: "AsyncConnection[Any] | None", taken: Sequence[_Read]
) -> "AsyncConnection[Any] | None":
    import psycopg  # loaded by then

    for read in taken:
        if not read.is_awaited:
            continue
        try:
            connection = await _replace_broken(connection)
            read.tell(await _run_alone(connection, read.sql, read.parameters))
        except psycopg.Error as error:
            read.fail(error)
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


class Writer:
    """Statements that write, for one event loop: each is a transaction of its own, and one that ends is committed.

    A statement whose connection is lost is sent once more: it must do nothing the second time.
    """

    def __init__(self) -> None:
        self._connections: list[AsyncConnection[Any] | None] = []

    async def fetch(self, sql: LiteralString, parameters: Parameters) -> Rows:
        """Return all rows of a statement.

        Raises:
            psycopg.Error: as the driver raises it; of a lost connection after one more try.
        """
        import psycopg  # loads on first use

        # As many as callers at once: these are few, for what writes waits together.
        connection = self._connections.pop() if self._connections else None
        try:
            connection = await _replace_broken(connection)
            try:
                return await _run_alone(connection, sql, parameters, is_long=True)
            except psycopg.OperationalError:
                if not connection.broken:
                    raise
            connection = await _replace_broken(connection)
            return await _run_alone(connection, sql, parameters, is_long=True)
        finally:
            if connection:
                self._connections.append(connection)

    async def close(self) -> None:
        """Close the connections that are idle; for the end of a process."""
        while self._connections:
            if connection := self._connections.pop():
                await connection.close()


async def _run_alone(
    connection: "AsyncConnection[Any]", sql: LiteralString, parameters: Parameters, *, is_long: bool | None = None
) -> Rows:
    cursor = await connection.execute(sql, parameters, prepare=is_long)
    return await cursor.fetchall()


@dataclass
class _Loop:
    """What an event loop keeps open."""

    loop: asyncio.AbstractEventLoop
    reader: PipelinedReader = field(default_factory=PipelinedReader)
    writer: Writer = field(default_factory=Writer)


_latest: list[_Loop] = []


def get_reader() -> PipelinedReader:
    """Return the running event loop's reader."""
    return _get_open().reader


def get_writer() -> Writer:
    """Return the running event loop's writer."""
    return _get_open().writer


async def close_pipelines() -> None:
    """Close the running event loop's connections, once what waits is answered; for the end of a process."""
    await get_reader().close()
    await get_writer().close()


def _get_open() -> _Loop:
    """Return what the running loop keeps open; a process has one loop, tests have several one after the other."""
    loop = asyncio.get_running_loop()
    if not _latest or _latest[0].loop is not loop:
        _latest[:] = [_Loop(loop)]
    return _latest[0]
