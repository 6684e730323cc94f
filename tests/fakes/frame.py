"""The frame of small real HTTP servers on loopback: hosts behind one address, scripted failures, calls back.

A request to ``{url}/{host}{path}`` is one to ``https://{host}{path}``. What was asked is kept; the next answers of a
place (``"POST api.x.com/2/oauth2/token"``) may be scripted.
"""

import base64
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request; header names in lower case."""

    method: str
    host: str
    path: str
    pairs: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    @property
    def place(self) -> str:
        return f"{self.method} {self.host}{self.path}"

    @property
    def query(self) -> dict[str, str]:
        return dict(self.pairs)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"{}")

    @property
    def bearer(self) -> str:
        return self.headers.get("authorization", "").partition(" ")[2]

    @property
    def basic(self) -> tuple[str, str]:
        decoded = base64.b64decode(self.bearer or b"").decode(errors="replace")
        name, _, password = decoded.partition(":")
        return name, password


@dataclass(frozen=True)
class Reply:
    """An answer; a body that is no bytes is written as JSON. ``None`` instead of a reply drops the connection."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answer = Callable[[Asked], Reply]
Play = Callable[[Asked, Answer], Reply | None]


def reply(status: int, body: Any = b"", **headers: str) -> Play:
    """Answer this instead; underscores in names of headers stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda asked, usual: Reply(status, body, named)


def html(status: int = 200) -> Play:
    page = b"<html><body>Please stand by.</body></html>"
    return lambda asked, usual: Reply(status, page, {"content-type": "text/html"})


def drop(asked: Asked, usual: Answer) -> None:
    """Take the request and close the connection without doing anything."""


def drop_after(asked: Asked, usual: Answer) -> None:
    """Do what was asked, and close the connection before anybody learns of it."""
    usual(asked)


def hang(seconds: float) -> Play:
    def play(asked: Asked, usual: Answer) -> None:
        time.sleep(seconds)

    return play


def pause(seconds: float) -> Play:
    """Answer as usual, later."""

    def play(asked: Asked, usual: Answer) -> Reply:
        time.sleep(seconds)
        return usual(asked)

    return play


@dataclass
class CallBack:
    """A request a platform makes by itself; ``on_answer`` is told what became of it."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    on_answer: Callable[[int, bytes], None] = lambda status, body: None

    def send(self) -> int:
        """Send it for real; return the status."""
        request = urllib.request.Request(  # noqa: S310  an address of the test's own
            self.url, data=self.body or None, headers=self.headers, method=self.method
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310  same
                status, body = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        except OSError:
            status, body = 0, b""
        self.on_answer(status, body)
        return status


@dataclass
class Gateway:
    """Where all fakes are reached. ``sends`` off keeps calls back in ``outbox`` for the test to play."""

    url: str = ""
    sends: bool = False
    hosts: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    outbox: list[CallBack] = field(default_factory=list)
    scripts: dict[str, deque[Play]] = field(default_factory=lambda: defaultdict(deque))

    def script(self, place: str, *plays: Play) -> None:
        self.scripts[place].extend(plays)

    def list_asked(self, place: str) -> list[Asked]:
        return [one for one in self.asked if one.place == place]

    def call_back(self, call: CallBack) -> None:
        """Make a call by itself, a moment after what is being answered now."""
        if self.sends:
            threading.Timer(0.05, call.send).start()
        else:
            self.outbox.append(call)

    def answer(self, asked: Asked) -> Reply | None:
        self.asked.append(asked)
        usual = self.hosts.get(asked.host, _answer_unknown)
        waiting = self.scripts.get(asked.place)
        return waiting.popleft()(asked, usual) if waiting else usual(asked)


def _answer_unknown(asked: Asked) -> Reply:
    return Reply(404, {"error": f"no fake answers {asked.place}"})


class _Handler(BaseHTTPRequestHandler):
    gateway: Gateway
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer in one packet: in two, the second waits 40 ms for an acknowledgement of the first
    disable_nagle_algorithm = True

    def _take(self) -> None:
        parts = urlsplit(self.path)
        host, _, path = parts.path.lstrip("/").partition("/")
        asked = Asked(
            method=self.command,
            host=host,
            path=f"/{path}",
            pairs=parse_qsl(parts.query, keep_blank_values=True),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        found = self.gateway.answer(asked)
        if found is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self._send(found)

    do_GET = do_POST = do_PUT = do_DELETE = _take  # noqa: N815  the names the server calls

    def _send(self, found: Reply) -> None:
        body = found.encode()
        self.send_response(found.status)
        if "content-type" not in found.headers:
            self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        for name, value in found.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep the test's output quiet."""


@contextmanager
def run_gateway(*, port: int = 0) -> Iterator[Gateway]:
    """Serve until the block ends; the fakes register their hosts."""
    gateway = Gateway()
    handler = type("Handler", (_Handler,), {"gateway": gateway})
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_args: None  # type: ignore[method-assign]  # a client that left is no news
        gateway.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield gateway
        server.shutdown()
        thread.join(timeout=5)
