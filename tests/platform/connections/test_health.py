"""Probes."""

import socket
import time

import pytest
from pytest_django import Settings

from tests.platform.connections.conftest import DEAD_PORT
from veri.platform.connections import probe_stores

pytestmark = pytest.mark.django_db


def test_probe_finds_all_stores_well() -> None:
    probes = probe_stores(timeout=5.0)

    assert [(probe.name, probe.ok, probe.detail) for probe in probes] == [
        ("postgres", True, ""),
        ("redis", True, ""),
        ("mongo", True, ""),
    ]
    assert all(0 < probe.latency_ms < 5000 for probe in probes)


def test_probe_names_dead_stores_without_their_addresses(settings: Settings) -> None:
    settings.REDIS_URLS = [f"redis://:secret@127.0.0.1:{DEAD_PORT}/0"]
    settings.MONGODB_URIS = [f"mongodb://127.0.0.1:{DEAD_PORT}/veri"]

    postgres, redis, mongo = probe_stores(timeout=3.0)

    assert postgres.ok
    assert (redis.ok, redis.detail) == (False, "ConnectionError")
    assert (mongo.ok, mongo.detail) == (False, "ServerSelectionTimeoutError")


def test_probe_does_not_wait_for_a_silent_store(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URLS = [f"redis://127.0.0.1:{silent.getsockname()[1]}/0"]
        started = time.monotonic()

        _, redis, _ = probe_stores(timeout=0.4)

        assert time.monotonic() - started < 0.8
    assert (redis.ok, redis.detail) == (False, "no answer in time")
