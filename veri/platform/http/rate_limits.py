"""Fixed-window rate limits, counted atomically in Redis and per process while Redis is away."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import redis
import structlog
from django.conf import settings
from django.http import HttpRequest

from veri.platform.connections.batches import Batches
from veri.platform.connections.bridge import is_bridged, wait_for
from veri.platform.connections.errors import StoreUnavailable
from veri.platform.connections.redis import get_redis

DEFAULT_PLAN_LIMIT = "1000/900"
MAX_LOCAL_WINDOWS = 10_000
WARN_EVERY_SECONDS = 60
REQUESTS, REQUESTS_KEPT = "veri:requests:", 3 * 24 * 3600  # each day's hash of requests by client
logger = structlog.get_logger(__name__)

# Counts all windows of a request or, when one is full, none: a refused request does not use up the others.
# KEYS: one per window; ARGV: limit and window in ms, per key. Returns allowed, used, ms left; per key.
_CONSUME = """
local found, refused = {}, false
for i = 1, #KEYS do
  found[i] = tonumber(redis.call('GET', KEYS[i]) or '0')
  if found[i] >= tonumber(ARGV[2 * i - 1]) then refused = true end
end
local result = {}
for i = 1, #KEYS do
  local limit, window, allowed = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i]), 1
  if found[i] >= limit then allowed = 0 end
  if not refused then found[i] = redis.call('INCR', KEYS[i]) end
  local left = redis.call('PTTL', KEYS[i])
  if left == -1 then redis.call('PEXPIRE', KEYS[i], window) end
  if left < 0 then left = window end
  result[#result + 1] = allowed
  result[#result + 1] = found[i]
  result[#result + 1] = left
end
return result
"""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """``count`` requests in each window of ``seconds``; ``client`` is whom the window belongs to."""

    scope: str
    client: str
    count: int
    seconds: int

    @property
    def key(self) -> str:
        return f"veri:rate:{self.scope}:{self.client}"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The outcome for one limit; ``reset`` is the number of seconds until its window ends."""

    limit: Limit
    allowed: bool
    remaining: int
    reset: int


def build_limit(*, scope: str, client: str, rate: str = "") -> Limit:
    """Return the limit of a scope; ``rate`` (``count/seconds``) overrides the configured one."""
    count, _, seconds = (rate or settings.RATE_LIMITS.get(scope, DEFAULT_PLAN_LIMIT)).partition("/")
    return Limit(scope=scope, client=client, count=int(count), seconds=int(seconds))


def consume(*, limits: Sequence[Limit]) -> list[Decision]:
    """Count one request against all limits, in one round trip. Never fails: without Redis it counts in this process."""
    if is_bridged():
        return wait_for(_CONSUMING.submit(limits))
    return _consume_many([limits])[0]


def _consume_many(requests: Sequence[Sequence[Limit]]) -> list[list[Decision]]:
    """Count several requests, each by itself, in one round trip."""
    try:
        counted = _consume_shared(requests)
    except (redis.RedisError, StoreUnavailable, OSError) as error:
        _warn_once_a_minute(error)
        counted = [_consume_local(limits) for limits in requests]
    return [_decide(limits, raw) for limits, raw in zip(requests, counted, strict=True)]


_CONSUMING: Batches[Sequence[Limit], list[Decision]] = Batches(name="rate-limits", process=_consume_many)


def _decide(limits: Sequence[Limit], raw: Sequence[tuple[int, int, int]]) -> list[Decision]:
    return [
        Decision(limit=limit, allowed=bool(allowed), remaining=max(limit.count - used, 0), reset=-(-left // 1000))
        for limit, (allowed, used, left) in zip(limits, raw, strict=True)
    ]


def _consume_shared(requests: Sequence[Sequence[Limit]]) -> list[list[tuple[int, int, int]]]:
    client = get_redis()
    script = client.register_script(_CONSUME)
    with client.pipeline(transaction=False) as pipeline:
        for limits in requests:
            arguments = [number for limit in limits for number in (limit.count, limit.seconds * 1000)]
            script(keys=[limit.key for limit in limits], args=arguments, client=pipeline)
        _count_clients(pipeline, requests)
        answers = pipeline.execute()[: len(requests)]
    return [[(int(flat[i]), int(flat[i + 1]), int(flat[i + 2])) for i in range(0, len(flat), 3)] for flat in answers]


def _count_clients(pipeline: Any, requests: Sequence[Sequence[Limit]]) -> None:
    """Count each signed-in client's requests of today, in the same round trip; allowed or not."""
    clients = Counter(limit.client for limits in requests for limit in limits if limit.scope == "plan")
    if not clients:
        return
    name = f"{REQUESTS}{datetime.now(tz=UTC):%Y-%m-%d}"
    for client, count in clients.items():
        pipeline.hincrby(name, client, count)
    pipeline.expire(name, REQUESTS_KEPT)


_local: dict[str, tuple[int, float]] = {}
_local_lock = threading.Lock()


def _consume_local(limits: Sequence[Limit]) -> list[tuple[int, int, int]]:
    now = time.monotonic()
    with _local_lock:
        if len(_local) > MAX_LOCAL_WINDOWS:
            _local.clear()
        found = [_get_local(limit, now) for limit in limits]
        refused = any(used >= limit.count for limit, (used, _) in zip(limits, found, strict=True))
        result = []
        for limit, (used, ends) in zip(limits, found, strict=True):
            counted = used if refused else used + 1
            _local[limit.key] = (counted, ends)
            result.append((int(used < limit.count), counted, int((ends - now) * 1000)))
        return result


def _get_local(limit: Limit, now: float) -> tuple[int, float]:
    used, ends = _local.get(limit.key, (0, 0.0))
    return (used, ends) if ends > now else (0, now + limit.seconds)


_last_warning = float("-inf")


def _warn_once_a_minute(error: Exception) -> None:
    global _last_warning  # noqa: PLW0603  one clock per process, a lost update only repeats a log line
    if time.monotonic() - _last_warning >= WARN_EVERY_SECONDS:
        _last_warning = time.monotonic()
        logger.warning("rate_limits_local", error=type(error).__name__)


PlanLimitProvider = Callable[[HttpRequest], str | None]
_providers: list[PlanLimitProvider] = []


def register_plan_limit(provider: PlanLimitProvider) -> None:
    """Let an app name a signed-in client's rate (``count/seconds``); ``None`` leaves it to the next or the default."""
    _providers.append(provider)


def get_plan_limit(request: HttpRequest) -> str:
    """Return the rate of a signed-in client: its API key's own, its plan's, or the default."""
    own = getattr(getattr(request, "auth", None), "rate_limit", "")
    found = (provider(request) for provider in _providers)
    return own or next((rate for rate in found if rate), "") or settings.RATE_LIMITS.get("plan", DEFAULT_PLAN_LIMIT)


def is_exempt(path: str) -> bool:
    """Tell whether a path is outside of all limits."""
    prefixes: tuple[str, ...] = settings.RATE_LIMIT_EXEMPT_PREFIXES
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def build_headers(*, decisions: Sequence[Decision]) -> dict[str, str]:
    """Return the RateLimit fields (draft-ietf-httpapi-ratelimit-headers-11) for what was counted."""
    return {
        "RateLimit-Policy": ", ".join(f'"{d.limit.scope}";q={d.limit.count};w={d.limit.seconds}' for d in decisions),
        "RateLimit": ", ".join(f'"{d.limit.scope}";r={d.remaining};t={d.reset}' for d in decisions),
    }
