"""Cache-aside: compute once, share for a while, forget a whole namespace at once."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core.cache import cache

from veri.platform.cache.locks import acquire_lock, release_lock
from veri.platform.connections.redis import get_redis

LOCK_SECONDS = 10.0
WAIT_SECONDS = 2.0
POLL_SECONDS = 0.02
_ABSENT = {"veri": "absent"}


def get_or_compute(*, key: str, ttl: float, compute: Callable[[], Any], namespace: str = "") -> Any:
    """Return the cached JSON value, or compute and cache it.

    One caller computes; the others wait for up to ``WAIT_SECONDS`` and then compute for themselves, as everybody does
    while Redis is away. ``namespace`` makes the value go stale with ``bump_generation``.
    """
    name = build_key(key=key, namespace=namespace)
    found = cache.get(name, _ABSENT)
    if found is not _ABSENT:
        return found
    lock, token = f"veri:lock:compute:{name}", uuid.uuid4().hex
    if not acquire_lock(key=lock, token=token, ttl=LOCK_SECONDS):
        found = _wait_for(name)
        return compute() if found is _ABSENT else found
    try:
        value = compute()
        cache.set(name, value, ttl)
    finally:
        release_lock(key=lock, token=token)
    return value


def get_batch(*, keys: Sequence[str], namespace: str = "") -> dict[str, Any]:
    """Return what is cached of the keys, in one round trip (two with a namespace)."""
    names = {f"{prefix}{key}": key for prefix in [_get_prefix(namespace)] for key in keys}
    return {names[name]: value for name, value in cache.get_many(list(names)).items()}


def set_batch(*, values: Mapping[str, Any], ttl: float, namespace: str = "") -> None:
    """Cache many values in one round trip (two with a namespace)."""
    prefix = _get_prefix(namespace)
    cache.set_many({f"{prefix}{key}": value for key, value in values.items()}, ttl)


def bump_generation(*, namespace: str) -> None:
    """Make every value of a namespace stale at once, for all processes."""
    # A new random generation cannot come back after an eviction, as a counter could.
    cache.set(_build_generation_key(namespace), uuid.uuid4().hex, None)


def drop_namespace(*, namespace: str) -> int:
    """Delete a namespace's values instead of letting them run out; return how many.

    Raises:
        RedisError: Redis is away: they may still be there.
    """
    bump_generation(namespace=namespace)
    client, removed = get_redis(), 0
    for name in client.scan_iter(match=f"{cache.key_prefix}:[0-9]*:{namespace}:*", count=1000):
        removed += int(client.delete(name))
    return removed


def build_key(*, key: str, namespace: str = "") -> str:
    """Return the cache key, carrying the namespace's present generation."""
    return f"{_get_prefix(namespace)}{key}"


def _get_prefix(namespace: str) -> str:
    if not namespace:
        return ""
    name = _build_generation_key(namespace)
    generation = cache.get(name)
    if generation is None:
        cache.add(name, uuid.uuid4().hex, None)
        generation = cache.get(name, "none")
    return f"{namespace}:{generation}:"


def _build_generation_key(namespace: str) -> str:
    return f"generation:{namespace}"


def _wait_for(name: str) -> Any:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
        found = cache.get(name, _ABSENT)
        if found is not _ABSENT:
            return found
    return _ABSENT
