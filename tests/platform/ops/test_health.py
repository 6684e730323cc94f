import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from veri.platform.connections import mongo as mongo_connection
from veri.platform.connections import redis as redis_connection
from veri.platform.connections.redis import get_redis
from veri.platform.ops import deep_checks, registry
from veri.platform.ops.registry import CheckResult, register_deep_check
from veri.platform.ops.services.heartbeats import record_heartbeat


@pytest.fixture
def redis_away(settings):
    redis_connection.close()
    settings.REDIS_URLS = ["redis://127.0.0.1:1/0"]
    yield
    redis_connection.close()


@pytest.fixture
def mongo_away(settings):
    mongo_connection.close()
    settings.MONGODB_URIS = ["mongodb://127.0.0.1:1/veri"]
    yield
    mongo_connection.close()


@pytest.fixture
def postgres_away(settings):
    before = dict(connection.settings_dict)
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    yield
    connection.settings_dict.update(before)


def test_live_touches_no_store(client, postgres_away, redis_away, mongo_away):
    response = client.get("/health/live")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_ready_with_all_stores(client, db, path):
    response = client.get(path)

    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert sorted(response.json()["stores"]) == ["mongo", "postgres", "redis"]


@pytest.mark.parametrize(("away", "name"), [("redis_away", "redis"), ("mongo_away", "mongo")])
def test_ready_without_optional_store_is_degraded(client, db, request, away, name):
    request.getfixturevalue(away)

    response = client.get("/health/ready")

    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["stores"][name]["ok"] is False


def test_ready_without_postgres_is_unavailable(client, postgres_away):
    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json()["status"] == "unavailable"


def test_ready_with_unapplied_migration_is_unavailable(client, db):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'ops' AND name LIKE '0002%'")

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json()["unapplied_migrations"] == 1


def test_ready_is_cached_for_a_second(client, db):
    client.get("/health/ready")

    with CaptureQueriesContext(connection) as queries:
        client.get("/health/ready")

    assert len(queries) == 0


@pytest.mark.parametrize("header", ["", "Bearer wrong", "Bearer ", "Basic token-1"])
def test_deep_refused_to_strangers(client, db, settings, header):
    settings.HEALTH_TOKEN = "token-1"

    response = client.get("/health/deep", headers={"Authorization": header})

    assert response.status_code == 403
    assert response["Content-Type"] == "application/problem+json"


def test_deep_without_configured_token_opens_to_nobody(client, db, settings):
    settings.HEALTH_TOKEN = ""

    assert client.get("/health/deep", headers={"Authorization": "Bearer "}).status_code == 403


def test_deep_lists_every_check(client, db, settings):
    settings.HEALTH_TOKEN = "token-1"
    for name in ("beat", "worker:w1@host"):
        record_heartbeat(name=name, now=timezone.now())

    response = client.get("/health/deep", headers={"Authorization": "Bearer token-1"})

    checks = response.json()["checks"]
    assert {"backup", "beat", "disk", "queues", "workers"} <= set(checks)
    assert all(checks[name]["ok"] for name in ("backup", "beat", "queues", "workers"))


def test_deep_opens_to_staff(client, django_user_model):
    client.force_login(django_user_model.objects.create_user(username="staff", is_staff=True))

    assert client.get("/health/deep").status_code in {200, 503}


def test_failing_check_is_named(client, db, settings, monkeypatch):
    settings.HEALTH_TOKEN = "token-1"
    monkeypatch.setattr(registry, "_checks", {})

    def break_down():
        raise ZeroDivisionError

    register_deep_check(name="broken", check=break_down)
    register_deep_check(name="whole", check=lambda: CheckResult(ok=True, detail={"n": 1}))

    response = client.get("/health/deep", headers={"Authorization": "Bearer token-1"})

    assert response.status_code == 503
    assert response.json()["status"] == "failing"
    assert response.json()["checks"] == {
        "broken": {"ok": False, "error": "ZeroDivisionError"},
        "whole": {"ok": True, "n": 1},
    }


def test_queue_check_measures_the_oldest_message():
    key = "veri-celery:memory"
    old = {"headers": {"veri_published_at": timezone.now().timestamp() - 400}}
    new = {"headers": {"veri_published_at": timezone.now().timestamp()}}
    get_redis().delete(key)
    get_redis().rpush(key, json.dumps(new), json.dumps(old))
    try:
        result = deep_checks.check_queues()
    finally:
        get_redis().delete(key)

    assert result.ok is False
    assert result.detail["memory"]["length"] == 2
    assert 400 <= result.detail["memory"]["age"] < 405


def test_silent_worker_fails(db):
    assert deep_checks.check_workers().ok is False
    assert deep_checks.check_beat().ok is False
