"""A small real HTTP server that speaks OpenAI's Chat Completions API and answers as scripted."""

import json
import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.frame import Asked, Gateway, Reply, run_gateway

PLACE = "/v1/chat/completions"
HOST = "api.openai.com"


@dataclass(frozen=True, kw_only=True)
class Say:
    """An answer; ``{memory}`` stands for the prompt's first memory. ``cut`` ends a stream before its counters."""

    line: str = "The main sponsor is Brightpan [{memory}]."
    prompt_tokens: int = 1200
    cached_tokens: int = 200
    completion_tokens: int = 30
    refusal: str = ""
    finish: str = "stop"
    cut: bool = False


@dataclass(frozen=True, kw_only=True)
class Refuse:
    """An error with OpenAI's body."""

    status: int = 500
    code: str = "server_error"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class FakeOpenAI:
    url: str = ""
    default: Say | Refuse = field(default_factory=Say)
    scripts: deque[Say | Refuse] = field(default_factory=deque)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def script(self, *scripts: Say | Refuse) -> None:
        self.scripts.extend(scripts)

    def answer(self, asked: Asked) -> Reply:
        if asked.path != PLACE:
            return Reply(404, {"error": {"message": "no such place", "type": "invalid_request_error", "code": None}})
        body = asked.json
        self.requests.append(body)
        script = self.scripts.popleft() if self.scripts else self.default
        headers = {"x-request-id": f"oai_{len(self.requests)}"}
        if isinstance(script, Refuse):
            error = {"message": "scripted", "type": "scripted", "code": script.code, "param": None}
            return Reply(script.status, {"error": error}, headers | script.headers)
        if body.get("stream"):
            return Reply(200, _stream(script, body), headers | {"content-type": "text/event-stream"})
        return Reply(200, _describe(script, body), headers)


def _describe(script: Say, body: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": _fill(script, body), "refusal": script.refusal or None}
    choice = {"index": 0, "message": message, "finish_reason": script.finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"]}
    return {**head, "choices": [choice], "usage": _count(script)}


def _stream(script: Say, body: dict[str, Any]) -> bytes:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
    text = _fill(script, body)
    parts = [text[start : start + 7] for start in range(0, len(text), 7)]
    chunks = [{"index": 0, "delta": {"content": part}, "finish_reason": None} for part in parts]
    if script.refusal:
        chunks = [{"index": 0, "delta": {"refusal": script.refusal}, "finish_reason": None}]
    events: list[dict[str, Any]] = [{**head, "choices": [one], "usage": None} for one in chunks]
    if not script.cut:
        end = {"index": 0, "delta": {}, "finish_reason": script.finish}
        events.append({**head, "choices": [end], "usage": None})
        events.append({**head, "choices": [], "usage": _count(script)})
    lines = [f"data: {json.dumps(one)}\n\n" for one in events]
    return "".join(lines if script.cut else [*lines, "data: [DONE]\n\n"]).encode()


def _count(script: Say) -> dict[str, Any]:
    return {
        "prompt_tokens": script.prompt_tokens,
        "completion_tokens": script.completion_tokens,
        "total_tokens": script.prompt_tokens + script.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": script.cached_tokens},
    }


def _fill(script: Say, body: dict[str, Any]) -> str:
    found = re.search(r"\[(memory:\d+)\]", body["messages"][-1]["content"])
    return script.line.replace("{memory}", found[1] if found else "memory:0")


@contextmanager
def run_openai_server() -> Iterator[FakeOpenAI]:
    """Serve until the block ends."""
    fake = FakeOpenAI()
    with run_gateway() as gateway:
        _join(gateway, fake)
        yield fake


def _join(gateway: Gateway, fake: FakeOpenAI) -> None:
    gateway.hosts[HOST] = fake.answer
    fake.url = f"{gateway.url}/{HOST}/v1"
