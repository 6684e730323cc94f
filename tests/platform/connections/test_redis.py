"""Redis clients."""

import multiprocessing
import os
import socket
import time
from pathlib import Path

import pytest
import redis
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from tests.platform.connections.conftest import DEAD_PORT
from veri.platform import embedded
from veri.platform.connections import StoreUnavailable, get_redis, translate_store_errors

DEAD_URL = f"redis://127.0.0.1:{DEAD_PORT}/0"


def test_client_is_kept_named_and_bounded_in_time(settings: Settings) -> None:
    client = get_redis()

    assert get_redis() is client
    assert client.ping() is True
    assert client.client_getname() == f"veri-{os.getpid()}"
    options = client.connection_pool.connection_kwargs
    assert (options["socket_timeout"], options["socket_connect_timeout"]) == (settings.STORE_TIMEOUTS["redis"], 0.5)
    assert options["health_check_interval"] == 30


def test_dead_first_address_is_passed_over(settings: Settings) -> None:
    settings.REDIS_URLS = [DEAD_URL, *settings.REDIS_URLS]

    assert get_redis().ping() is True


def test_lost_server_is_left_for_the_next(private_root: Path, settings: Settings) -> None:
    private = embedded.start_one(root=private_root, name="redis")
    settings.REDIS_URLS = [private, *settings.REDIS_URLS]
    client = get_redis()
    client.set("veri-test:here", "private")
    embedded.stop_one(root=private_root, name="redis")

    assert client.get("veri-test:here") is None
    assert client.ping() is True


def test_all_addresses_dead_fails_fast_and_is_translated(settings: Settings) -> None:
    settings.REDIS_URLS = [DEAD_URL]
    started = time.monotonic()

    with (
        pytest.raises(StoreUnavailable, match="redis is not reachable") as failure,
        translate_store_errors(store="redis"),
    ):
        get_redis().ping()

    assert failure.value.store == "redis"
    assert isinstance(failure.value.__cause__, redis.ConnectionError)
    assert time.monotonic() - started < 1


def test_silent_server_times_out_once(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URLS = [f"redis://127.0.0.1:{silent.getsockname()[1]}/0"]
        started = time.monotonic()

        with pytest.raises(redis.TimeoutError):
            get_redis().ping()

    assert 0.9 < time.monotonic() - started < 1.9


def test_mixed_kinds_of_addresses_are_refused(settings: Settings) -> None:
    settings.REDIS_URLS = [DEAD_URL, "rediss://127.0.0.1:1/0"]

    with pytest.raises(ImproperlyConfigured, match="of one kind"):
        get_redis()


def test_new_password_is_read_from_the_file(private_root: Path, url_file: Path, settings: Settings) -> None:
    url = embedded.start_one(root=private_root, name="redis")
    with redis.Redis.from_url(url) as operator:
        operator.config_set("requirepass", "first")
        settings.REDIS_URLS = [url.replace("//", "//:first@")]
        settings.STORE_URL_FILES = {"REDIS_URL": url_file}
        url_file.write_text(settings.REDIS_URLS[0], encoding="utf-8")
        assert get_redis().ping() is True
        operator.auth("first")
        operator.config_set("requirepass", "second")
    url_file.write_text(url.replace("//", "//:second@"), encoding="utf-8")
    get_redis().connection_pool.disconnect()

    assert get_redis().ping() is True
    assert get_redis().ping() is True


def test_wrong_password_without_a_new_one_stays_an_error(private_root: Path, settings: Settings) -> None:
    url = embedded.start_one(root=private_root, name="redis")
    with redis.Redis.from_url(url) as operator:
        operator.config_set("requirepass", "right")
    settings.REDIS_URLS = [url.replace("//", "//:wrong@")]

    with pytest.raises(redis.AuthenticationError):
        get_redis().ping()


def _use_in_child(results: "multiprocessing.SimpleQueue[tuple[bool, str]]", inherited: redis.Redis) -> None:
    client = get_redis()
    results.put((client is not inherited, str(client.client_getname())))


def test_forked_child_uses_a_client_of_its_own() -> None:
    inherited = get_redis()
    assert inherited.ping() is True
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    child = context.Process(target=_use_in_child, args=(results, inherited))
    child.start()
    child.join(timeout=15)

    assert child.exitcode == 0
    assert results.get() == (True, f"veri-{child.pid}")
    assert inherited.ping() is True
