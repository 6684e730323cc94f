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


@contextmanager
def run_smtp_server() -> Iterator[FakeSmtp]:
    """Serve until the block ends."""
    state = FakeSmtp()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 fake")
            for raw in self.rfile:
                verb = raw.decode("latin-1").strip().upper()
                if verb.startswith("DATA"):
                    self._take_message()
                elif verb.startswith("RCPT") and state.refuse_with:
                    self._say(state.refuse_with)
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _take_message(self) -> None:
            self._say("354 go on")
            lines = []
            for raw in self.rfile:
                if raw == b".\r\n":
                    break
                lines.append(raw.decode("latin-1"))
            state.messages.append("".join(lines))
            self._say("250 kept")

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield state
        server.shutdown()
        thread.join(timeout=5)
