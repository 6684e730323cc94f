import pytest
from django.core.cache import cache

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


@pytest.mark.parametrize("value", [0, 1.5, "é", None, True, [1, {"a": None}], {"k": "v"}])
def test_value_comes_back(value):
    cache.set("k", value, 60)

    assert cache.get("k", "absent") == value


def test_value_that_is_not_json_refused():
    with pytest.raises(TypeError):
        cache.set("k", object(), 60)

    assert cache.get("k") is None


def test_timeout_is_kept():
    cache.set("short", 1, 30)
    cache.set("forever", 1, None)
    cache.set("never", 1, 0)

    assert 29_000 < get_redis().pttl(cache.make_key("short")) <= 30_000
    assert get_redis().pttl(cache.make_key("forever")) == -1
    assert cache.get("never") is None


def test_add_keeps_the_first():
    assert [cache.add("k", 1), cache.add("k", 2), cache.get("k")] == [True, False, 1]


def test_batch():
    assert cache.set_many({"a": 1, "b": 2}, 60) == []

    assert cache.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
    cache.delete_many(["a"])
    assert cache.get_many(["a", "b"]) == {"b": 2}


def test_increment():
    cache.set("n", 5)

    assert cache.incr("n", 2) == 7
    with pytest.raises(ValueError, match="not found"):
        cache.incr("absent")


def test_clear_spares_what_is_not_cache():
    get_redis().set("veri:lock:other", "x", ex=60)
    cache.set("k", 1)

    cache.clear()

    assert cache.get("k") is None
    assert get_redis().get("veri:lock:other") == b"x"
    get_redis().delete("veri:lock:other")


def test_away_behaves_as_empty(redis_away):
    cache.set("k", 1)

    assert cache.get("k", "default") == "default"
    assert cache.add("k", 1) is False
    assert cache.delete("k") is False
    assert cache.get_many(["k"]) == {}
    assert cache.set_many({"k": 1}) == ["k"]
    assert cache.touch("k") is False
    assert cache.has_key("k") is False
    cache.clear()
