"""A small TCP proxy in front of a MongoDB-wire server: it delays, cuts and refuses as real networks and servers do.

It reads whole messages of the wire protocol, so that a delay counts per call and a cut can fall into a batch.
Source: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/
"""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import bson

HEADER = struct.Struct("<iiii")  # length, request id, response to, operation code
OP_MSG = 2013
WRITES = frozenset({"insert", "update", "delete", "bulkWrite", "findAndModify"})
NOT_PRIMARY, QUOTA = 10107, 8000


class Proxy:
    """Forwards to ``upstream`` (host, port). Everything may be changed while connections are open."""

    def __init__(self, *, upstream: tuple[str, int]) -> None:
        self.upstream = upstream
        self.delay = 0.0  # seconds before each message to the server
        self.is_refusing = False  # new connections are closed at once
        self.refused_writes = 0  # a code: the server answers every write with it, for the whole command
        self.refused_documents = 0  # a code: every single write of a batch fails with it
        self.cut_writes_of = 0  # bytes: the next write message at least as long is cut in the middle
        self.cut_answers = False  # the next write reaches the server, its answer is lost
        self.calls = 0
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._is_closed = False
        self._is_mute = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> tuple[str, int]:
        host, port = self._listener.getsockname()
        return host, port

    def build_url(self, url: str) -> str:
        """Return a MongoDB address with this proxy in the server's place."""
        parts = urlsplit(url)
        return parts._replace(netloc=f"{self.address[0]}:{self.address[1]}").geturl()

    def cut(self) -> None:
        """Close every open connection at once."""
        self.cuts += 1
        with self._lock:
            still_open, self._open = self._open, set()
        for one in still_open:
            _close(one)

    @contextlib.contextmanager
    def away(self) -> Iterator[None]:
        """Let nobody in, and throw out who is."""
        self.is_refusing = True
        self.cut()
        try:
            yield
        finally:
            self.is_refusing = False

    def close(self) -> None:
        self._is_closed = True
        _close(self._listener)
        self.cut()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._is_closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self.is_refusing:
                _close(client)
                continue
            try:
                server = socket.create_connection(self.upstream, timeout=5)
            except OSError:
                _close(client)
                continue
            server.settimeout(None)
            with self._lock:
                self._open |= {client, server}
            for pump in (self._forward_calls, self._forward_answers):
                threading.Thread(target=self._run, args=[pump, client, server], daemon=True).start()

    def _run(self, pump: object, client: socket.socket, server: socket.socket) -> None:
        try:
            pump(client, server)  # type: ignore[operator]  # one of the two methods below
        except OSError:
            pass  # the other side is gone; so is this one
        finally:
            with self._lock:
                self._open -= {client, server}
            _close(client)
            _close(server)

    def _forward_calls(self, client: socket.socket, server: socket.socket) -> None:
        while message := _read_message(client):
            self.calls += 1
            if self.delay:
                time.sleep(self.delay)
            command = _read_command(message)
            if command in WRITES and self._interfere(message, client, server):
                continue
            server.sendall(message)

    def _interfere(self, message: bytes, client: socket.socket, server: socket.socket) -> bool:
        """Do to a write what is asked for; return whether it was dealt with."""
        if self.refused_writes:
            client.sendall(_build_answer(message, {"ok": 0, "code": self.refused_writes, "errmsg": "refused"}))
            return True
        if self.refused_documents:
            errors = [
                {"index": index, "code": self.refused_documents, "errmsg": "refused"}
                for index in range(_count_documents(message))
            ]
            client.sendall(_build_answer(message, {"ok": 1, "n": 0, "nModified": 0, "writeErrors": errors}))
            return True
        if self.cut_writes_of and len(message) >= self.cut_writes_of:
            self.cut_writes_of = 0
            server.sendall(message[: len(message) // 2])
            self.cut()
            return True
        if self.cut_answers:
            self.cut_answers, self._is_mute = False, True
            server.sendall(message)
            time.sleep(0.5)  # the server takes it
            self.cut()
            self._is_mute = False
            return True
        return False

    def _forward_answers(self, client: socket.socket, server: socket.socket) -> None:
        while data := server.recv(65536):
            if not self._is_mute:
                client.sendall(data)


def _read_message(source: socket.socket) -> bytes:
    head = _read_exactly(source, HEADER.size)
    if not head:
        return b""
    return head + _read_exactly(source, HEADER.unpack(head)[0] - HEADER.size)


def _read_exactly(source: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        data = source.recv(min(65536, count - len(parts)))
        if not data:
            return b""
        parts += data
    return bytes(parts)


def _read_command(message: bytes) -> str:
    """Return the command of an OP_MSG: the first name of its body."""
    if HEADER.unpack_from(message)[3] != OP_MSG or message[20] != 0:
        return ""
    (length,) = struct.unpack_from("<i", message, 21)
    return str(next(iter(bson.decode(message[21 : 21 + length]))))


def _count_documents(message: bytes) -> int:
    """Count the documents of an OP_MSG's sequence section, which follows the body."""
    (length,) = struct.unpack_from("<i", message, 21)
    start = 21 + length
    if start >= len(message):
        return 1
    (size,) = struct.unpack_from("<i", message, start + 1)
    place = message.index(b"\0", start + 5) + 1
    count = 0
    while place < start + 1 + size:
        (length,) = struct.unpack_from("<i", message, place)
        place, count = place + length, count + 1
    return count


def _build_answer(message: bytes, document: dict[str, object]) -> bytes:
    body = struct.pack("<I", 0) + b"\0" + bson.encode(document)
    request = HEADER.unpack_from(message)[1]
    return HEADER.pack(HEADER.size + len(body), 0, request, OP_MSG) + body


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
