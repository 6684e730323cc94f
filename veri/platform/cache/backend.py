"""Django's cache over our Redis client: an unreachable Redis is an empty cache, never an error."""

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import orjson
import structlog
from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from veri.platform.connections.errors import StoreUnavailable
from veri.platform.connections.redis import get_redis

T = TypeVar("T")
logger = structlog.get_logger(__name__)
WARN_EVERY_SECONDS = 60
_last_warning = float("-inf")


class ResilientRedisCache(BaseCache):
    """Values travel as JSON: what a cache holds must not be able to run code. Datetimes and UUIDs return as text."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name, seconds = self.make_and_validate_key(key, version=version), self._get_milliseconds(timeout)
        return (
            bool(_try(lambda: get_redis().set(name, _encode(value), px=seconds, nx=True), None))
            if seconds != 0
            else False
        )

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        name = self.make_and_validate_key(key, version=version)
        raw = _try(lambda: get_redis().get(name), None)
        return default if raw is None else _decode(raw)

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        name, seconds = self.make_and_validate_key(key, version=version), self._get_milliseconds(timeout)
        if seconds == 0:
            _try(lambda: get_redis().delete(name), None)
        else:
            _try(lambda: get_redis().set(name, _encode(value), px=seconds), None)

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        name, seconds = self.make_and_validate_key(key, version=version), self._get_milliseconds(timeout)
        if seconds is None:
            return bool(_try(lambda: get_redis().persist(name) or get_redis().exists(name), 0))
        return bool(_try(lambda: get_redis().pexpire(name, seconds), 0))

    def delete(self, key: str, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        return bool(_try(lambda: get_redis().delete(name), 0))

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        wanted = {key: self.make_and_validate_key(key, version=version) for key in keys}
        if not wanted:
            return {}
        raw = _try(lambda: get_redis().mget(list(wanted.values())), _build_nothing(len(wanted)))
        return {key: _decode(value) for key, value in zip(wanted, raw, strict=True) if value is not None}

    def set_many(self, data: dict[str, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> list[str]:
        names = {self.make_and_validate_key(key, version=version): _encode(value) for key, value in data.items()}
        seconds = self._get_milliseconds(timeout)

        def write() -> bool:
            pipeline = get_redis().pipeline(transaction=False)
            for name, value in names.items():
                pipeline.delete(name) if seconds == 0 else pipeline.set(name, value, px=seconds)
            pipeline.execute()
            return True

        return [] if not names or _try(write, False) else list(data)

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        names = [self.make_and_validate_key(key, version=version) for key in keys]
        if names:
            _try(lambda: get_redis().delete(*names), None)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Add to a number that exists.

        Raises:
            ValueError: when it does not, which includes an unreachable Redis.
        """
        name = self.make_and_validate_key(key, version=version)
        found = _try(lambda: get_redis().eval(_INCREMENT, 1, name, delta), None)
        if found is None:
            raise ValueError(f"Key '{key}' not found")
        return int(found)

    def has_key(self, key: str, version: int | None = None) -> bool:
        name = self.make_and_validate_key(key, version=version)
        return bool(_try(lambda: get_redis().exists(name), 0))

    def clear(self) -> None:
        """Delete this cache's keys only: the server also holds limits, locks and queues."""

        def remove() -> None:
            client = get_redis()
            for name in client.scan_iter(match=f"{self.key_prefix}:[0-9]*:*", count=1000):
                client.delete(name)

        _try(remove, None)

    def _get_milliseconds(self, timeout: Any) -> int | None:
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return None if seconds is None else max(0, int(seconds * 1000))


_INCREMENT = "if redis.call('EXISTS', KEYS[1]) == 1 then return redis.call('INCRBY', KEYS[1], ARGV[1]) end return nil"


def _encode(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)


def _decode(raw: bytes | str) -> Any:
    return orjson.loads(raw)


def _build_nothing(count: int) -> list[bytes | str | None]:
    return [None] * count


def _try(run: Callable[[], T], otherwise: T) -> T:
    import redis  # loads on first use: the settings name this module

    try:
        return run()
    except (redis.RedisError, StoreUnavailable, OSError) as error:
        _warn_once_a_minute(error)
        return otherwise


def _warn_once_a_minute(error: Exception) -> None:
    global _last_warning  # noqa: PLW0603  one clock per process; a lost update only repeats a line
    if time.monotonic() - _last_warning >= WARN_EVERY_SECONDS:
        _last_warning = time.monotonic()
        logger.warning("cache_unavailable", error=type(error).__name__)
