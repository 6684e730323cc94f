"""A real stack on the test database, with a MongoDB of its own that may be killed."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from creators.models import Creator, User
from migration.models import OutboxRow
from migration.registry import iterate_specs
from migration.services.backfill import run_backfill
from migration.services.flags import set_flag
from veri.demo.api import Api
from veri.demo.processes import Processes
from veri.platform import embedded
from veri.platform.connections import mongo as mongo_connection
from veri.platform.connections.redis import get_redis
from veri.platform.events.models import Delivery, DeliveryState
from veri.platform.events.services.maintain import sweep_deliveries
from veri.settings.env import get_var_dir

HANDLE = "lumenkitchen"


@dataclass
class Stack:
    """Web, worker, relay and a killable MongoDB."""

    processes: Processes
    mongo_root: Path
    api: Api

    def restart(self, name: str) -> None:
        self.processes.kill(name)
        self.processes.start(name)

    def kill_mongo(self) -> None:
        status = next(one for one in embedded.status(root=self.mongo_root) if one.name == "mongo")
        os.kill(status.pid, signal.SIGKILL)

    def start_mongo(self) -> None:
        embedded.start_one(root=self.mongo_root, name="mongo")

    def settle(self, *, seconds: float = 60) -> None:
        """Wait until everything is delivered and relayed, sweeping as beat does."""
        wait_until(self._is_settled, seconds=seconds)

    def _is_settled(self) -> bool:
        sweep_deliveries(now=timezone.now())
        self.processes.check()
        return not (Delivery.objects.exclude(state=DeliveryState.DELIVERED).exists() or OutboxRow.objects.exists())


def wait_until(is_done: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_done():
        assert time.monotonic() < deadline, f"not done within {seconds} s"
        time.sleep(0.05)


def build_variables(*, mongo_url: str) -> dict[str, str]:
    """Return the variables that point real processes at this test process's stores."""
    database = connection.settings_dict
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return {
        "DJANGO_SETTINGS_MODULE": "veri.settings.test",
        "DATABASE_URL": f"postgres://postgres@{database['HOST']}:{database['PORT']}/{database['NAME']}",
        "MONGODB_URI": mongo_url,
        "BIND": f"127.0.0.1:{port}",
        "LOG_LEVEL": "WARNING",
    }


@pytest.fixture(autouse=True)
def _copies_end(ending_copies) -> None:
    """Other processes change rows this one keeps copies of."""


@pytest.fixture
def stack(transactional_db, settings, tmp_path) -> Iterator[Stack]:
    mongo_root = get_var_dir(profile="test", source=dict(os.environ)) / f"faults-{connection.settings_dict['NAME']}"
    url = embedded.ensure_started(root=mongo_root, names=["mongo"])["MONGODB_URI"]
    settings.MONGODB_URIS = [url]
    mongo_connection.close()
    for spec in iterate_specs():
        mongo_connection.get_database().drop_collection(spec.collection)
    get_redis().flushdb()
    processes = Processes(logs=tmp_path, variables=build_variables(mongo_url=url))
    try:
        owner = User.objects.create_user(username="owner", password="correct-horse-battery")
        now = timezone.now()
        Creator.objects.create(owner=owner, handle=HANDLE, display_name="Lumen", created_at=now, updated_at=now)
        for name in ("web", "worker", "relay"):
            processes.start(name)
        api = Api(address=processes.wait_for_web(), username="owner", password="correct-horse-battery")
        set_flag(name="USE_MONGO", is_on=True, actor="test", reason="fault test", now=now)
        for spec in iterate_specs():
            run_backfill(name=spec.name, actor="test", reason="fault test", clock=timezone.now)
        with closing(api):
            yield Stack(processes=processes, mongo_root=mongo_root, api=api)
    finally:
        processes.kill_all()
        mongo_connection.close()
        embedded.stop(root=mongo_root)


def is_somebody_blocked() -> bool:
    """Tell whether another session waits for a lock of this connection's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None
