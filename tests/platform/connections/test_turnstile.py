"""Few pass at once, in order, and a place is free again whatever happened."""

import asyncio

import pytest

from veri.platform.connections.bridge import run_bridged, wait_for
from veri.platform.connections.turnstile import Turnstile


def test_few_pass_at_once_in_order_of_arrival():
    turnstile, inside, seen, order = Turnstile(most=3), set(), [], []

    def work(number: int) -> None:
        with turnstile.passing():
            inside.add(number)
            order.append(number)
            seen.append(len(inside))
            wait_for(asyncio.sleep(0))
            inside.remove(number)

    async def run() -> None:
        await asyncio.gather(*(run_bridged(work, number) for number in range(10)))

    asyncio.run(run())
    assert (max(seen), order) == (3, list(range(10)))
    asyncio.run(run())  # another loop has room of its own
    assert len(order) == 20


def test_place_is_free_again_after_an_error():
    turnstile = Turnstile(most=1)

    def fail() -> None:
        with turnstile.passing():
            raise ConnectionError("gone")

    def passes() -> bool:
        with turnstile.passing():
            return True

    async def run() -> bool:
        with pytest.raises(ConnectionError):
            await run_bridged(fail)
        return await run_bridged(passes)

    assert asyncio.run(run()) is True


def test_threads_pass_freely():
    turnstile, passed = Turnstile(most=1), []
    with turnstile.passing(), turnstile.passing():
        passed.append("both")
    assert passed == ["both"]
