"""A small real HTTP server on loopback that speaks Voyage AI's embeddings endpoint and answers as scripted."""

import hashlib
import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Play = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@dataclass
class FakeVoyage:
    url: str = ""
    scripts: deque[Play] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def script(self, *scripts: Play) -> None:
        self.scripts.extend(scripts)


def embed(text: str, *, dimensions: int = 256) -> list[float]:
    """Return numbers that follow from the text alone."""
    digest = hashlib.shake_256(text.encode()).digest(dimensions)
    return [byte / 127.5 - 1 for byte in digest]


def count_tokens(texts: list[str]) -> int:
    return sum(len(text.split()) or 1 for text in texts)


def answer(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    """Give the vectors, last first: the order is in ``index``."""
    rows = [
        {"object": "embedding", "index": index, "embedding": embed(text, dimensions=body["output_dimension"])}
        for index, text in enumerate(body["input"])
    ]
    _send(
        handler,
        200,
        {"data": rows[::-1], "model": body["model"], "usage": {"total_tokens": count_tokens(body["input"])}},
    )


def fail(status: int) -> Play:
    return lambda handler, body: _send(handler, status, {"detail": "scripted"})


def say(content: object) -> Play:
    """Answer 200 with this JSON (NaN is written as Python does)."""
    return lambda handler, body: _send(handler, 200, content)


def drop(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
    """Take the request and close the connection without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def hang(seconds: float) -> Play:
    def play(handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        time.sleep(seconds)
        drop(handler, body)

    return play


def _send(handler: BaseHTTPRequestHandler, status: int, content: object) -> None:
    encoded = json.dumps(content).encode()
    handler.send_response(status)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", str(len(encoded)))
    handler.end_headers()
    handler.wfile.write(encoded)


@contextmanager
def run_voyage_server() -> Iterator[FakeVoyage]:
    """Serve until the block ends."""
    state = FakeVoyage()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append(body)
            state.headers.append({name.lower(): value for name, value in self.headers.items()})
            play = state.scripts.popleft() if state.scripts else answer
            play(self, body)

        def log_message(self, *args: object) -> None:
            """Keep the test's output quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_args: None  # type: ignore[method-assign]  # a client that left is no news
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield state
        server.shutdown()
        thread.join(timeout=5)
