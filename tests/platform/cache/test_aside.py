import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache

from veri.platform.cache.aside import bump_generation, get_batch, get_or_compute, set_batch
from veri.platform.cache.locks import hold_lock
from veri.platform.connections import redis as redis_connection
from veri.platform.connections.redis import get_redis


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def redis_away(settings):
    redis_connection.close()
    settings.REDIS_URLS = ["redis://127.0.0.1:1/0"]
    yield
    redis_connection.close()


class Counter:
    def __init__(self, delay=0.0):
        self.calls, self.delay, self.lock = 0, delay, threading.Lock()

    def __call__(self):
        with self.lock:
            self.calls += 1
        time.sleep(self.delay)
        return {"n": self.calls}


def test_value_is_computed_once():
    compute = Counter()

    seen = [get_or_compute(key="k", ttl=60, compute=compute) for _ in range(3)]

    assert seen == [{"n": 1}] * 3


def test_cached_none_is_a_value():
    calls = []

    for _ in range(2):
        assert get_or_compute(key="none", ttl=60, compute=lambda: calls.append(1)) is None

    assert calls == [1]


def test_stampede_computes_once():
    compute = Counter(delay=0.2)

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(lambda _: get_or_compute(key="k", ttl=60, compute=compute), range(8)))

    assert compute.calls == 1
    assert seen == [{"n": 1}] * 8


def test_failed_computation_frees_the_lock():
    with pytest.raises(ZeroDivisionError):
        get_or_compute(key="k", ttl=60, compute=lambda: 1 / 0)

    started = time.monotonic()
    assert get_or_compute(key="k", ttl=60, compute=lambda: 5) == 5
    assert time.monotonic() - started < 1


def test_bumped_generation_makes_a_namespace_stale():
    compute, other = Counter(), Counter()
    get_or_compute(key="k", ttl=60, compute=compute, namespace="creator:1")
    get_or_compute(key="k", ttl=60, compute=other, namespace="creator:2")

    bump_generation(namespace="creator:1")

    assert get_or_compute(key="k", ttl=60, compute=compute, namespace="creator:1") == {"n": 2}
    assert get_or_compute(key="k", ttl=60, compute=other, namespace="creator:2") == {"n": 1}


def test_batch_belongs_to_its_generation():
    set_batch(values={"a": 1, "b": [2]}, ttl=60, namespace="n")

    assert get_batch(keys=["a", "b", "c"], namespace="n") == {"a": 1, "b": [2]}
    bump_generation(namespace="n")
    assert get_batch(keys=["a", "b"], namespace="n") == {}


def test_lock_excludes_and_frees():
    with hold_lock(name="job", ttl=5) as first, hold_lock(name="job", ttl=5) as second:
        assert (first, second) == (True, False)

    with hold_lock(name="job", ttl=5) as again:
        assert again


def test_expired_holder_does_not_free_its_successor():
    with hold_lock(name="job", ttl=5):
        get_redis().set("veri:lock:job", "somebody else", px=5000)

    assert get_redis().get("veri:lock:job") == b"somebody else"
    get_redis().delete("veri:lock:job")


def test_away_everybody_computes(redis_away):
    compute = Counter()

    seen = [get_or_compute(key="k", ttl=60, compute=compute, namespace="n") for _ in range(2)]

    assert seen == [{"n": 1}, {"n": 2}]
    with hold_lock(name="job", ttl=5) as held:
        assert held
