"""A small real SMTP server on loopback that keeps what it is sent, or refuses as told."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class FakeSmtp:
    port: int = 0
    messages: list[str] = field(default_factory=list)
    refuse_with: str = ""


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, state: FakeSmtp) -> None:
        self.state = state
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        self._say("220 fake")
        for raw in self.rfile:
            verb = raw.decode("latin-1").strip().upper()[:4]
            self._answer(verb)
            if verb == "QUIT":
                return

    def _answer(self, verb: str) -> None:
        if verb == "DATA":
            self._take_message()
        elif verb == "RCPT" and self.server.state.refuse_with:
            self._say(self.server.state.refuse_with)
        else:
            self._say("250 ok")

    def _take_message(self) -> None:
        self._say("354 go on")
        lines = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw.decode("latin-1"))
        self.server.state.messages.append("".join(lines))
        self._say("250 kept")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def run_smtp_server() -> Iterator[FakeSmtp]:
    """Serve until the block ends."""
    state = FakeSmtp()
    with _Server(state) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield state
        server.shutdown()
        thread.join(timeout=5)
