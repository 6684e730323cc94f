"""Copies of a few rows that every request needs: a process reads them at most once a second."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from veri.platform.connections.bridge import is_bridged

SECONDS = 1.0  # so that a change reaches every process within two
T = TypeVar("T")


class BriefCopy(Generic[T]):
    """What ``read`` returns, at most a second old; a failure to read is the reader's."""

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._read_at: float | None = None
        self._value: T | None = None

    def get(self) -> T:
        now = time.monotonic()
        if self._read_at is None or now - self._read_at > SECONDS:
            if self._read_at is not None and is_bridged():
                self._read_at = now  # on an event loop one request reads for all; a failure is made good a second later
            self._value = self._read()
            self._read_at = now
        return cast("T", self._value)

    def forget(self) -> None:
        """Read again the next time."""
        self._read_at = None

    def age(self, *, seconds: float) -> None:
        """Make the copy older than it is."""
        if self._read_at is not None:
            self._read_at -= seconds
