"""The web workers' event loop: workers that share a listening socket take connections as they have time for them."""

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import Any

import structlog
import uvloop

TOGETHER = 4  # connections taken before what waits in the loop goes on
PAUSE_SECONDS = 0.1  # when no connection can be taken
logger = structlog.get_logger(__name__)


class SharedListener:
    """Takes connections off a socket that other processes listen on too, a few in each round of the loop.

    libuv takes all that wait at once: in a burst one worker would have three quarters of the connections, and the other
    nothing to do in the end.
    """

    def __init__(
        self, *, loop: asyncio.AbstractEventLoop, sock: socket.socket, build_protocol: Callable[[], asyncio.Protocol]
    ) -> None:
        self._loop = loop
        self._sock = sock
        self._build_protocol = build_protocol
        self.sockets = (sock,)
        self._task = loop.create_task(self._take_all())

    def close(self) -> None:
        """Take no more connections; those that wait are the other workers'."""
        self._task.cancel()

    async def wait_closed(self) -> None:
        await asyncio.gather(self._task, return_exceptions=True)

    async def _take_all(self) -> None:
        while True:
            for _ in range(TOGETHER):
                await self._take()
            await asyncio.sleep(0)

    async def _take(self) -> None:
        try:
            connection, _ = await self._loop.sock_accept(self._sock)
        except OSError as error:  # gone already, or too many files are open
            if error.errno != errno.ECONNABORTED:
                logger.warning("connection_not_taken", error=error.strerror)
                await asyncio.sleep(PAUSE_SECONDS)
            return
        try:
            if connection.family != socket.AF_UNIX:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._build_protocol, connection)
        except OSError as error:  # its client is gone
            logger.info("connection_lost", error=error.strerror)
            connection.close()


class WebLoop(uvloop.Loop):
    """uvloop with a ``SharedListener`` for sockets made elsewhere, as gunicorn's."""

    async def create_server(self, protocol_factory: Any, *args: Any, sock: Any = None, **options: Any) -> Any:
        if sock is None or options.get("ssl"):
            return await super().create_server(protocol_factory, *args, sock=sock, **options)
        sock.setblocking(False)
        return SharedListener(loop=self, sock=sock, build_protocol=protocol_factory)


def build_loop() -> asyncio.AbstractEventLoop:
    return WebLoop()
