"""A small real HTTP server on loopback that speaks Ollama's /api/chat and answers as scripted."""

import json
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Play = Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]


@dataclass
class FakeOllama:
    url: str = ""
    scripts: deque[Play] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def script(self, *scripts: Play) -> None:
        self.scripts.extend(scripts)


def say(content: str, *, reason: str = "stop") -> Play:
    """Answer as a model that wrote this; ``length`` is the reason of one that was cut off."""
    message = {"role": "assistant", "content": content}
    body = {"message": message, "done": True, "done_reason": reason, "prompt_eval_count": 26, "eval_count": 9}
    return lambda handler, asked: _send(handler, 200, {"model": asked["model"], **body})


def fail(status: int) -> Play:
    return lambda handler, asked: _send(handler, status, {"error": f"model '{asked['model']}' not found"})


def send(content: object) -> Play:
    """Answer 200 with this JSON."""
    return lambda handler, asked: _send(handler, 200, content)


def drop(handler: BaseHTTPRequestHandler, asked: dict[str, Any]) -> None:
    """Take the request and close the connection without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def _send(handler: BaseHTTPRequestHandler, status: int, content: object) -> None:
    encoded = json.dumps(content).encode()
    handler.send_response(status)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", str(len(encoded)))
    handler.end_headers()
    handler.wfile.write(encoded)


@contextmanager
def run_ollama_server() -> Iterator[FakeOllama]:
    """Serve until the block ends; without a script the model finds nothing."""
    state = FakeOllama()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append(body | {"path": self.path})
            play = state.scripts.popleft() if state.scripts else say('{"statements": []}')
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
