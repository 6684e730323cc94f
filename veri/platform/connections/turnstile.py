"""Let few in at once: on an event loop, work that was begun first is finished first."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

from veri.platform.connections.bridge import is_bridged, wait_for


class Turnstile:
    """Bridged code passes in order of arrival, at most ``most`` on each event loop at once; threads pass freely.

    Taking turns after every statement, a thousand that arrive together would all end at the end.
    """

    def __init__(self, *, most: int) -> None:
        self._most = most
        self._rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Wait for a place and keep it for the block."""
        if not is_bridged():
            yield
            return
        room = self._rooms.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self._most))
        wait_for(room.acquire())
        try:
            yield
        finally:
            room.release()
