"""A lock many processes share, in Redis: for work that is wasteful twice, never for work that is wrong twice."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from veri.platform.connections.errors import StoreUnavailable
from veri.platform.connections.redis import get_redis

# Delete only what is ours: an expired lock may belong to somebody else by now.
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


@contextmanager
def hold_lock(*, name: str, ttl: float) -> Iterator[bool]:
    """Try to hold a lock for at most ``ttl`` seconds; yields whether it is held.

    Does not wait. Without Redis nobody can be excluded, so the lock counts as held: correctness must not rest on it.
    """
    key, token = f"veri:lock:{name}", uuid.uuid4().hex
    held = acquire_lock(key=key, token=token, ttl=ttl)
    try:
        yield held
    finally:
        if held:
            release_lock(key=key, token=token)


def acquire_lock(*, key: str, token: str, ttl: float) -> bool:
    """Take the lock if it is free or Redis is away."""
    import redis  # the driver loads on first use

    try:
        return bool(get_redis().set(key, token, nx=True, px=max(1, int(ttl * 1000))))
    except (redis.RedisError, StoreUnavailable, OSError):
        return True


def release_lock(*, key: str, token: str) -> bool:
    """Free the lock if it is still ours; return whether it was."""
    import redis  # same

    try:
        return bool(get_redis().eval(_RELEASE, 1, key, token))
    except (redis.RedisError, StoreUnavailable, OSError):
        return False
