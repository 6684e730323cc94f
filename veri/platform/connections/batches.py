"""Writes of many requests in one transaction: group commit."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeAlias, TypeVar
from weakref import WeakSet

import structlog
from django.db import connection

from veri.platform.connections.bridge import run_bridged

MOST = 64
GATHERING_SECONDS = 0.01  # in a burst: fewer, larger batches cost less than the wait
BURST = 8  # items that wait together; with fewer of them the wait would cost more
_all: "WeakSet[Batches[Any, Any]]" = WeakSet()
logger = structlog.get_logger(__name__)
T = TypeVar("T")
R = TypeVar("R")
_Waiting: TypeAlias = tuple[T, "asyncio.Future[R]"]


class Batches(Generic[T, R]):
    """Takes what waits together as soon as the batch before is done, in a burst a moment later; one item never waits.

    ``process`` runs in a thread of its own and returns one result for each item, in order; a result that is an
    exception is raised to who submitted the item. When it raises, nothing of the batch was done, and each item is
    processed by itself. It has committed when it returns. ``quick`` is tried before, on the event loop itself: None is
    its result for an item that ``process`` must see.
    """

    def __init__(
        self,
        *,
        name: str,
        process: Callable[[Sequence[T]], Sequence[R | Exception]],
        quick: Callable[[Sequence[T]], Sequence[R | None]] | None = None,
    ) -> None:
        self._name, self._process, self._quick = name, process, quick
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._waiting: deque[_Waiting[T, R]] = deque()
        self._worker: asyncio.Task[None] | None = None
        _all.add(self)

    async def submit(self, item: T) -> R:
        """Return the item's result once its batch is committed.

        Raises:
            Whatever ``process`` gave as the item's result or raised for it alone.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()
        self._waiting.append((item, answer))
        if self._worker is None:
            self._worker = loop.create_task(self._work())
        return await answer

    def close(self) -> None:
        """Close the thread's database connection; the next batch opens another."""
        self._thread.submit(lambda: connection.close()).result()  # noqa: PLW0108  looked up in that thread

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                taken = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
                await self._answer(taken, loop)
                if len(taken) >= BURST:
                    await asyncio.sleep(GATHERING_SECONDS)
        finally:
            self._worker = None

    async def _answer(self, taken: "Sequence[_Waiting[T, R]]", loop: asyncio.AbstractEventLoop) -> None:
        left = await self._try_quickly(taken)
        if left:
            results = await loop.run_in_executor(self._thread, self._run, [item for item, _ in left])
            for (_, answer), result in zip(left, results, strict=True):
                _tell(answer, result)

    async def _try_quickly(self, taken: "Sequence[_Waiting[T, R]]") -> "Sequence[_Waiting[T, R]]":
        """Return what is left for the thread."""
        if self._quick is None:
            return taken
        try:
            results = await run_bridged(self._quick, [item for item, _ in taken])
        except Exception as error:  # noqa: BLE001  the thread tells whose fault it is
            logger.warning("quick_batch_failed", batches=self._name, error=type(error).__name__)
            return taken
        for (_, answer), result in zip(taken, results, strict=True):
            if result is not None:
                _tell(answer, result)
        return [one for one, result in zip(taken, results, strict=True) if result is None]

    def _run(self, items: list[T]) -> Sequence[R | Exception]:
        try:
            return self._process(items)
        except Exception as error:  # noqa: BLE001  told to each that waits
            connection.close()  # it may be what failed
            return [error] if len(items) == 1 else [result for one in items for result in self._run([one])]


def close_batch_connections() -> None:
    """Close the connections of all batches, at the end of a process."""
    for one in list(_all):
        one.close()


def _tell(answer: "asyncio.Future[R]", result: R | Exception) -> None:
    if answer.done():  # nobody waits any more
        return
    if isinstance(result, Exception):
        answer.set_exception(result)
    else:
        answer.set_result(result)
