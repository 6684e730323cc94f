import os
import subprocess
import sys
import uuid

import pytest
from django.test import Client

from veri.platform.connections import mongo as mongo_connection
from veri.platform.connections import redis as redis_connection
from veri.platform.observability import metrics, registry
from veri.platform.observability.exposition import render_metrics
from veri.platform.observability.registry import register_counter, register_gauge

NAMES = [
    "veri_active_creators_total",
    "veri_chat_duration_seconds",
    "veri_memory_formations_total",
    "veri_db_connections_active",
    "veri_api_costs_usd_total",
    "veri_dual_write_duration_seconds",
    "veri_parity_errors_total",
    "search_latency_seconds",
    "vector_operation_duration_seconds",
    "data_consistency_discrepancies",
    "veri_http_request_duration_seconds",
]
COUNT_ELSEWHERE = """
import django, sys
django.setup()
from veri.platform.observability.metrics import MEMORY_FORMATIONS, SEARCH_LATENCY
MEMORY_FORMATIONS.labels(type=sys.argv[1]).inc(3)
SEARCH_LATENCY.labels(store=sys.argv[1], mode="text").observe(0.03)
"""


@pytest.fixture(autouse=True)
def _own_urls(settings):
    settings.ROOT_URLCONF = "tests.platform.observability.urls"


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setattr(registry, "_metrics", dict(registry._metrics))


def count_in_another_process(label):
    subprocess.run([sys.executable, "-c", COUNT_ELSEWHERE, label], check=True, env=dict(os.environ), timeout=60)


def test_every_name_is_exposed(db):
    text = Client().get("/metrics").content.decode()

    assert [name for name in NAMES if f"\n# TYPE {name} " not in f"\n{text}"] == []


def test_counts_of_processes_that_ended_are_kept(settings, db):
    label = uuid.uuid4().hex
    for _ in range(2):
        count_in_another_process(label)
    metrics.MEMORY_FORMATIONS.labels(type=label).inc()

    text = render_metrics().decode()
    again = render_metrics().decode()

    for reading in (text, again):
        assert f'veri_memory_formations_total{{type="{label}"}} 7.0' in reading
        assert f'search_latency_seconds_count{{mode="text",store="{label}"}} 2.0' in reading
        assert f'search_latency_seconds_bucket{{le="0.05",mode="text",store="{label}"}} 2.0' in reading
    alive = [path.stem for path in settings.METRICS_DIR.glob("counter_*.db") if not path.stem.endswith("folded")]
    assert all(_lives(int(name.rpartition("-")[2])) for name in alive)


def _lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_registered_numbers_are_read_at_each_scrape(db, registered):
    values = {("claude",): 1.25}
    register_counter(name="veri_api_costs_usd_total", read=lambda: values)
    register_gauge(name="veri_active_creators_total", read=lambda: 12)

    text = render_metrics().decode()
    values[("claude",)] = 2.5

    assert "veri_active_creators_total 12.0" in text
    assert 'veri_api_costs_usd_total{service="claude"} 1.25' in text
    assert 'veri_api_costs_usd_total{service="claude"} 2.5' in render_metrics().decode()


def test_unreadable_metric_costs_its_samples_only(db, registered):
    register_gauge(name="veri_broken", read=lambda: 1 / 0)

    text = render_metrics().decode()

    assert "# TYPE veri_broken gauge" in text
    assert 'veri_db_connections_active{state="active"}' in text


def test_metrics_without_redis_and_mongo(db, settings):
    settings.REDIS_URLS, settings.MONGODB_URIS = ["redis://127.0.0.1:1/0"], ["mongodb://127.0.0.1:1/veri"]
    redis_connection.close()
    mongo_connection.close()

    response = Client().get("/metrics")

    redis_connection.close()
    mongo_connection.close()
    assert response.status_code == 200


def test_requests_are_measured_by_route_never_by_path(db):
    secret = uuid.uuid4().hex
    Client().get(f"/measured/{secret}")
    Client().get(f"/nowhere/{secret}")
    Client().generic("BREW", f"/measured/{secret}")

    text = render_metrics().decode()

    assert secret not in text
    assert 'method="GET",route="/measured/<str:name>",status="2xx"' in text
    assert 'method="GET",route="unmatched",status="4xx"' in text
    assert 'method="other"' in text
