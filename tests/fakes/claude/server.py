"""The server: one script per request, in order; the default answer when none is left."""

import json
import re
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.fakes.claude.scripts import Answer, Cut, Hang, Refusal, Script, StreamError


@dataclass
class FakeClaude:
    url: str = ""
    default: Script = field(default_factory=Answer)
    scripts: deque[Script] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    received: threading.Event = field(default_factory=threading.Event)
    resume: threading.Event = field(default_factory=threading.Event)
    disconnects: int = 0

    def script(self, *scripts: Script) -> None:
        self.scripts.extend(scripts)


class _Handler(BaseHTTPRequestHandler):
    state: FakeClaude

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        state = self.state
        state.requests.append(body)
        state.headers.append({name.lower(): value for name, value in self.headers.items()})
        script = state.scripts.popleft() if state.scripts else state.default
        state.received.set()
        try:
            self._play(script, body)
        except (BrokenPipeError, ConnectionResetError):
            state.disconnects += 1

    def _play(self, script: Script, body: dict[str, Any]) -> None:
        if isinstance(script, Hang):
            self.state.resume.wait(script.seconds)
            self._drop()
        elif isinstance(script, Refusal):
            self._refuse(script)
        elif isinstance(script, Cut) and script.is_silent:
            self._drop()
        elif isinstance(script, Answer) and body.get("stream"):
            self._stream(script, body)
        elif isinstance(script, Cut | StreamError):
            self._drop()
        elif isinstance(script, Answer):
            self._answer(script, body)

    def _refuse(self, script: Refusal) -> None:
        error: dict[str, Any] = {"type": script.kind, "message": "scripted"}
        if script.details:
            error["details"] = script.details
        content = json.dumps({"type": "error", "error": error, "request_id": self._request_id}).encode()
        self.send_response(script.status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.send_header("request-id", self._request_id)
        for name, value in script.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def _answer(self, script: Answer, body: dict[str, Any]) -> None:
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"]}
        content = [{"type": "text", "text": _fill(script.lines, body)}]
        usage = _count(script) | {"output_tokens": script.output_tokens}
        end = {"stop_reason": "end_turn", "stop_sequence": None}
        whole = json.dumps(message | {"content": content, "usage": usage} | end).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(whole)))
        self.send_header("request-id", self._request_id)
        self.end_headers()
        self.wfile.write(whole)

    def _stream(self, script: Answer, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("request-id", self._request_id)
        self.send_header("connection", "close")
        self.end_headers()
        usage = _count(script)
        message = {"id": "msg_1", "type": "message", "role": "assistant", "model": body["model"], "content": []}
        self._send("message_start", message=message | {"stop_reason": None, "stop_sequence": None, "usage": usage})
        self._send("content_block_start", index=0, content_block={"type": "text", "text": ""})
        self._send("ping")
        text = "\n".join(script.lines) if script.is_verbatim else _fill(script.lines, body)
        for part in _split(text, script.part_size):
            self._send("content_block_delta", index=0, delta={"type": "text_delta", "text": part})
            time.sleep(script.pause)
        if isinstance(script, Cut):
            self._drop()
            return
        if isinstance(script, StreamError):
            self._send("error", error={"type": script.kind, "message": "scripted"})
            return
        self._send("content_block_stop", index=0)
        delta = {"stop_reason": "end_turn", "stop_sequence": None}
        self._send("message_delta", delta=delta, usage={"output_tokens": script.output_tokens})
        self._send("message_stop")

    def _send(self, event: str, **data: Any) -> None:
        self.wfile.write(f"event: {event}\ndata: {json.dumps({'type': event, **data})}\n\n".encode())
        self.wfile.flush()

    def _drop(self) -> None:
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    @property
    def _request_id(self) -> str:
        return f"req_{len(self.state.requests)}"

    def log_message(self, *args: object) -> None:
        """Keep the test's output quiet."""


def _count(script: Script) -> dict[str, int]:
    """Return the counters an answer begins with."""
    return {
        "input_tokens": script.input_tokens,
        "cache_creation_input_tokens": script.cache_write,
        "cache_read_input_tokens": script.cache_read,
        "output_tokens": 1,
    }


def _fill(lines: tuple[str, ...], body: dict[str, Any]) -> str:
    prompt = body["messages"][0]["content"]
    ids = {kind: re.search(rf"\[({kind}:\d+)\]", prompt) for kind in ("memory", "interaction")}
    named = {kind: found[1] if found else f"{kind}:0" for kind, found in ids.items()}
    return "\n".join(line.format(**named) for line in lines)


def _split(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


@contextmanager
def run_claude_server() -> Iterator[FakeClaude]:
    """Serve until the block ends; whoever still hangs is let go."""
    state = FakeClaude()
    handler = type("Handler", (_Handler,), {"state": state})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_args: None  # type: ignore[method-assign]  # a client that left is no news
        state.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield state
        state.resume.set()
        server.shutdown()
        thread.join(timeout=5)
