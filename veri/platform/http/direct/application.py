"""The ASGI application: direct endpoints by method and path, and Django's synchronous handler for the rest."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import structlog
from django.http import HttpRequest

from veri.platform.connections.batches import close_batch_connections
from veri.platform.connections.bridge import run_bridged
from veri.platform.connections.pipeline import close_pipelines
from veri.platform.http.direct.exchange import Declined, Endpoint, Reply, build_request, list_constant_headers
from veri.platform.http.problems import INTERNAL_ERROR, Problem, ProblemResponse, convert_exception
from veri.platform.http.rate_limits import build_headers
from veri.platform.observability.metrics import HTTP_REQUEST_DURATION

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
AT_ONCE = 256  # requests a process works on; the others wait in order, so that those before them end sooner
LONGEST_BODY = 64 * 1024  # bytes; a larger one is read by Django, in a thread
logger = structlog.get_logger(__name__)


class DirectApplication:
    """Answers a request on the event loop where an endpoint takes it; else hands it on, byte for byte.

    ``endpoints`` by ``(method, path)``; ``routes`` names their metrics. An endpoint runs bridged (``run_bridged``) and
    raises ``Declined`` for whatever Django's handler is to answer.
    """

    def __init__(self, *, endpoints: Mapping[tuple[str, str], Endpoint], otherwise: Application) -> None:
        self._endpoints = endpoints
        self._otherwise = otherwise
        self._room = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        endpoint = self._endpoints.get((scope.get("method", ""), scope.get("path", "")))
        if endpoint is None:
            await self._otherwise(scope, receive, send)
            return
        read = _Body(receive)
        try:
            async with self._room:
                await _answer(endpoint, scope, read, send)
        except Declined:
            await self._otherwise(scope, read.replay, send)


class _Body:
    """A request's body as far as it was read, to be read once more from its beginning."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[MutableMapping[str, Any]] = []

    async def read(self) -> bytes:
        """Return the whole body.

        Raises:
            Declined: when it is long, or its sender went away.
        """
        parts: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            self._messages.append(message)
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if message["type"] != "http.request" or size > LONGEST_BODY:
                raise Declined
            if not message.get("more_body", False):
                return b"".join(parts)

    async def replay(self) -> MutableMapping[str, Any]:
        return self._messages.pop(0) if self._messages else await self._receive()


async def _answer(endpoint: Endpoint, scope: Scope, read: _Body, send: Send) -> None:
    started = time.perf_counter()
    drf_request = build_request(scope)
    request: HttpRequest = drf_request._request  # noqa: SLF001  DRF's own name for what it wraps
    body = await read.read()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request.request_id)  # type: ignore[attr-defined]  # set with the request
    try:
        reply = await run_bridged(endpoint, drf_request, body)
    except Declined:
        raise
    except Exception as error:  # noqa: BLE001  as ProblemMiddleware: every failure is a problem, defects are logged
        reply = _describe_failure(request, error)
    await _send(send, reply, request)
    seconds = time.perf_counter() - started
    HTTP_REQUEST_DURATION.labels(method=request.method, route=request.path, status=f"{reply.status // 100}xx").observe(
        seconds
    )
    logger.info(
        "request_finished", code=reply.status, request=f"{request.method} {request.path}", ms=int(seconds * 1000)
    )


def _describe_failure(request: HttpRequest, error: Exception) -> Reply:
    problem = convert_exception(error)
    if problem is None:
        logger.error("request_failed", path=request.path, exc_info=error)
        problem = Problem(kind=INTERNAL_ERROR)
    response = ProblemResponse(problem=problem, request=request)
    return Reply(
        status=response.status_code,
        body=bytes(response.content),
        content_type=response["Content-Type"],
        headers=dict(problem.headers),
    )


async def _send(send: Send, reply: Reply, request: HttpRequest) -> None:
    decisions = getattr(request, "rate_limit_decisions", [])
    own = {**build_headers(decisions=decisions), **reply.headers} if decisions else reply.headers
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
        (b"x-request-id", request.request_id.encode()),  # type: ignore[attr-defined]  # set with the request
        *((name.lower().encode(), value.encode()) for name, value in own.items()),
        *list_constant_headers(request),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def _live(receive: Receive, send: Send) -> None:
    """Say that start and end are done; connections open at their first use, and are closed at the end."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await close_pipelines()
            await asyncio.to_thread(close_batch_connections)
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
