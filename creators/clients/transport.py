"""One way out to every platform: timeouts, a limit on size, the gateway of tests, one retry."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from creators.clients.errors import BadAnswer, PlatformUnavailable
from creators.clients.lenient_json import read_json

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS = 3.0
READ_SECONDS = 8.0
TOTAL_SECONDS = 15.0
MAX_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A platform's whole answer; header names are in lower case."""

    platform: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004  the class of success

    def json(self) -> dict[str, Any]:
        """Return the JSON object of the body.

        Raises:
            BadAnswer: the body is none.
        """
        try:
            found = read_json(self.body)
        except ValueError as error:
            raise BadAnswer(platform=self.platform, detail=f"no JSON, status {self.status}") from error
        if not isinstance(found, dict):
            raise BadAnswer(platform=self.platform, detail=f"no JSON object, status {self.status}")
        return found

    def try_json(self) -> dict[str, Any]:
        """Return the JSON object, or an empty one where the body is none."""
        try:
            return self.json()
        except BadAnswer:
            return {}


def call(
    *,
    platform: str,
    method: str,
    url: str,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, Any] | None = None,
    form: Mapping[str, Any] | None = None,
    json: Any = None,
    auth: tuple[str, str] | None = None,
) -> Answer:
    """Call a platform and return its answer whatever its status; redirects are not followed.

    A GET that could not connect or lost its connection is tried once more; everything else waits for whoever schedules.
    Hold no database transaction while calling, except for the one that refreshes a token. Where connections to the
    database are pooled, this thread's goes back to the pool first.

    Raises:
        PlatformUnavailable: no whole answer within 15 seconds.
        BadAnswer: more than 8 MB.
    """
    import httpx  # loads on first use: a tenth of a second

    _let_database_go()
    sent = {"headers": dict(headers or {}), "params": params, "data": form, "json": json}
    if auth:
        sent["auth"] = auth
    attempts = 2 if method == "GET" else 1
    for attempt in range(1, attempts + 1):
        try:
            return _send(platform, method, resolve_address(url), sent)
        except (httpx.ConnectError, httpx.RemoteProtocolError, httpx.ReadError) as error:
            if attempt == attempts:
                raise PlatformUnavailable(platform=platform, detail=type(error).__name__) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise PlatformUnavailable(platform=platform, detail=type(error).__name__) from None
    raise AssertionError  # the loop returns or raises


def _let_database_go() -> None:
    """Give a pooled connection back while a platform is awaited, so that slow ones cannot use up the pool."""
    is_pooled = bool(connection.settings_dict["OPTIONS"].get("pool"))
    if is_pooled and not connection.in_atomic_block:
        connection.close()


def _send(platform: str, method: str, url: str, sent: dict[str, Any]) -> Answer:
    deadline = time.monotonic() + TOTAL_SECONDS
    with _get_client().stream(method, url, **sent) as response:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_BYTES:
                raise BadAnswer(platform=platform, detail="too large")
            if time.monotonic() > deadline:
                raise PlatformUnavailable(platform=platform, detail="too slow")
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(platform=platform, status=response.status_code, headers=headers, body=bytes(body))


def resolve_address(url: str) -> str:
    """Return where a platform's address is really asked: through ``PLATFORM_GATEWAY_URL`` where one is set."""
    if not settings.PLATFORM_GATEWAY_URL:
        return url
    return f"{settings.PLATFORM_GATEWAY_URL}/{url.removeprefix('https://')}"


@cache
def _get_client() -> "httpx.Client":
    import httpx  # same

    # trust_env off: an https_proxy of the machine would see every token.
    return httpx.Client(
        timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
        follow_redirects=False,
        trust_env=False,
        limits=httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=20),
        headers={"User-Agent": "Veri/1.0"},
    )


def close_client() -> None:
    """Close this process's connections to platforms; the next call opens new ones."""
    if _get_client.cache_info().currsize:
        _get_client().close()
        _get_client.cache_clear()
