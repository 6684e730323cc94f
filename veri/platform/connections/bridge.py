"""Synchronous code on an event loop: it runs in a greenlet, which waits without holding a thread.

The way SQLAlchemy runs its synchronous core on asyncio. Code written once serves both the threads of the web server and
the chat's event loop: where it would block, it asks ``is_bridged`` and waits for an awaitable instead.
"""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar, cast

from greenlet import getcurrent, greenlet

P = ParamSpec("P")
T = TypeVar("T")


class _Bridged(greenlet):
    """A greenlet whose parent awaits for it."""


def is_bridged() -> bool:
    """Return whether this code runs on an event loop, and must wait with ``wait_for`` instead of blocking."""
    return isinstance(getcurrent(), _Bridged)


def wait_for(awaitable: Awaitable[T]) -> T:
    """Wait for an awaitable from within bridged code; other requests run meanwhile.

    Raises:
        RuntimeError: outside of ``run_bridged``.
        Whatever the awaitable raises.
    """
    current = getcurrent()
    if not isinstance(current, _Bridged) or current.parent is None:
        raise RuntimeError("There is no event loop to wait on: this code was not called through run_bridged.")
    return cast("T", current.parent.switch(awaitable))


async def run_bridged(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a synchronous function on the event loop and return what it returns.

    It sees the context variables of its caller; what it binds stays its own. It must not block: what cannot wait with
    ``wait_for`` (the ORM says so itself by SynchronousOnlyOperation) has no place in it.
    """
    bridged = _Bridged(function)
    bridged.gr_context = contextvars.copy_context()
    given: Any = bridged.switch(*args, **kwargs)
    while not bridged.dead:
        try:
            value = await given
        except BaseException as error:  # noqa: BLE001  cancellation too must reach the code that waits
            given = bridged.throw(error)
        else:
            given = bridged.switch(value)
    return cast("T", given)


class BridgedLimit:
    """Lets so many bridged calls work at once on an event loop, first come first served.

    Of a thousand that came together the first are answered long before the last, where all would be answered late if
    they took turns. Threads pass: their pool is their limit.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._latest: tuple[asyncio.AbstractEventLoop, asyncio.Semaphore] | None = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for a place and keep it until the block ends."""
        if not is_bridged():
            yield
            return
        places = self._get_places()
        wait_for(places.acquire())
        try:
            yield
        finally:
            places.release()

    def _get_places(self) -> asyncio.Semaphore:
        """Return the running loop's places; a process has one loop, tests have several one after the other."""
        loop = asyncio.get_running_loop()
        if self._latest is None or self._latest[0] is not loop:
            self._latest = loop, asyncio.Semaphore(self._most)
        return self._latest[1]
