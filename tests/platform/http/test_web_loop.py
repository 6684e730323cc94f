"""Workers that share a socket take its connections in turns, and leave them to the others when they end."""

import asyncio
import socket

import pytest

from veri.platform.http.web_loop import SharedListener, build_loop


class Counted(asyncio.Protocol):
    """Greets with the name of its listener."""

    def __init__(self, name: str, taken: list[str]) -> None:
        self._name, self._taken = name, taken

    def connection_made(self, transport) -> None:
        self._taken.append(self._name)
        transport.write(self._name.encode())
        transport.close()


@pytest.fixture
def shared():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(512)
        yield sock


async def ask(address: tuple[str, int]) -> str:
    reader, writer = await asyncio.open_connection(*address)
    said = (await reader.read()).decode()
    writer.close()
    return said


def run(main):
    with asyncio.Runner(loop_factory=build_loop) as runner:
        return runner.run(main)


def test_connections_are_taken_in_turns_and_none_is_lost_when_one_ends(shared):
    taken: list[str] = []

    async def main() -> list[str]:
        loop = asyncio.get_running_loop()
        copies = {"a": shared.dup(), "b": shared.dup()}  # as two processes have
        first, second = [
            await loop.create_server(lambda name=name: Counted(name, taken), sock=sock) for name, sock in copies.items()
        ]
        assert isinstance(first, SharedListener)
        both = await asyncio.gather(*(ask(shared.getsockname()) for _ in range(200)))
        first.close()
        await first.wait_closed()
        alone = await asyncio.gather(*(ask(shared.getsockname()) for _ in range(20)))
        second.close()
        await second.wait_closed()
        for sock in copies.values():
            sock.close()
        return [*both, *alone]

    said = run(main())
    assert sorted(said) == sorted(taken)
    assert said[200:] == ["b"] * 20
    assert min(said[:200].count(name) for name in "ab") >= 50


def test_what_is_no_shared_socket_is_uvloops_own():
    async def main() -> bytes:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Counted("own", []), "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        said = await reader.read()
        writer.close()
        server.close()
        await server.wait_closed()
        return said

    assert run(main()) == b"own"
