"""Synchronous code on an event loop: it runs in a greenlet, which waits without holding a thread.

The way SQLAlchemy runs its synchronous core on asyncio. Code written once serves both the threads of the web server and
the chat's event loop: where it would block, it asks ``is_bridged`` and waits for an awaitable instead.
"""

import contextvars
from collections.abc import Awaitable, Callable
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
