"""The wiring: a real Celery worker on the test's own stores."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from creators.services.ingest import NewInteraction, record_interactions
from memory.models import Memory, MemoryEvidence, MemoryVector
from tests.conftest import NOW
from tests.platform.events.conftest import empty_broker
from veri.platform.events.models import Delivery
from veri.platform.events.services.maintain import sweep_deliveries

ROOT = Path(__file__).resolve().parents[3]
SECONDS = 40


def build_environment() -> dict[str, str]:
    database = connection.settings_dict
    user, host, port = database["USER"], database["HOST"], database["PORT"]
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "veri.settings.test",
        "DATABASE_URL": f"postgres://{user}:{database['PASSWORD']}@{host}:{port}/{database['NAME']}",
        "REDIS_URL": settings.REDIS_URLS[0],
        "MONGODB_URI": settings.MONGODB_URIS[0],
    }


@contextmanager
def run_worker(log: Path):
    """Run one real worker until the block ends."""
    command = [sys.executable, "-m", "celery", "-A", "veri.celery", "worker", "-c", "1", "-Q", "memory,events"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"],
            cwd=ROOT,
            env=build_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def wait_until(condition, log: Path):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text(errors="replace")[-3000:])


def make_rows(creator, count, start=0):
    return [
        NewInteraction(
            creator_id=creator.pk,
            platform="chat",
            external_id=f"m-{number}",
            type="message",
            author=creator.handle,
            text=f"I live in {'Lisbon' if number % 2 else 'Porto'} now.",
            occurred_at=NOW.replace(hour=number % 24),
        )
        for number in range(start, start + count)
    ]


def is_all_delivered() -> bool:
    return not Delivery.objects.exclude(state="delivered").exists()


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_worker_forms_memories_and_a_killed_ones_work_is_taken_over(creator, tmp_path):
    log = tmp_path / "worker.log"
    with run_worker(log) as worker:
        record_interactions(items=make_rows(creator, 6), now=NOW)
        wait_until(is_all_delivered, log)
        assert Memory.objects.count() == 6
        record_interactions(items=make_rows(creator, 6, start=6), now=NOW)
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(timeout=10)
    empty_broker()  # the broker's copy is lost too
    with run_worker(log):
        record_interactions(items=make_rows(creator, 6, start=12), now=NOW)

        def sweep_and_look() -> bool:
            sweep_deliveries(now=Delivery.objects.latest("due_at").due_at.replace(year=2030))
            return is_all_delivered()

        wait_until(sweep_and_look, log)
    assert Memory.objects.count() == MemoryEvidence.objects.count() == 18
    assert Memory.objects.filter(state="active").get().value == "Lisbon"
    assert MemoryVector.objects.count() == 36
