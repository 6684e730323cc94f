"""A storm: two relays, three writers and a MongoDB of its own behind a proxy, all of which may be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pymongo
import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone
from pymongo.database import Database

from creators.models import Creator
from migration.enums import Stage
from migration.models import OutboxRow
from migration.registry import iterate_specs
from migration.services.flags import set_flag
from tests.conftest import empty_tables
from tests.faults.conftest import build_variables, wait_until
from tests.faults.proxy import Proxy
from tests.migration.climbing import climb
from tests.storm.truth import VersionWatch, list_losses
from tests.storm.writers import Writer
from veri.platform import embedded
from veri.platform.connections import mongo as mongo_connection
from veri.settings.env import BASE_DIR, get_var_dir

NAME = "interactions"
WRITERS = 3
SETTLE_SECONDS = 60


@dataclass
class Storm:
    """What a test may start, kill, cut off, and ask for the truth."""

    variables: dict[str, str]
    mongo_root: Path
    proxy: Proxy
    dsn: str
    logs: Path
    writers: list[Writer]
    watch: VersionWatch
    relays: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kills: int = 0

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.variables}

    def launch(self, *arguments: str, failpoint: str = "") -> subprocess.Popen[bytes]:
        """Start ``manage.py migration …`` as a process of its own."""
        log = (self.logs / f"{arguments[0]}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "manage.py", "migration", *arguments],
                cwd=BASE_DIR,
                env={**self.environment, "VERI_FAILPOINT": failpoint},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def run(self, *arguments: str, failpoint: str = "", seconds: float = 90) -> int:
        """Run a step to its end; return its exit code."""
        return self.launch(*arguments, failpoint=failpoint).wait(seconds)

    def run_until_killed(self, *arguments: str, failpoint: str) -> None:
        """Run a step that must die at its fail point."""
        code = self.run(*arguments, failpoint=failpoint)
        assert code == -signal.SIGKILL, f"{failpoint} was not reached: exit {code}\n{self.read_log(arguments[0])}"
        self.kills += 1

    def read_log(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text(errors="replace")[-3000:]

    def start_relays(self, count: int = 2) -> None:
        self.relays = [self.launch("relay") for _ in range(count)]

    def kill_relay(self) -> None:
        relay = self.relays.pop(0)
        relay.kill()
        relay.wait(10)
        self.kills += 1

    def kill_mongo(self) -> None:
        status = next(one for one in embedded.status(root=self.mongo_root) if one.name == "mongo")
        os.kill(status.pid, signal.SIGKILL)
        self.kills += 1

    def start_mongo(self) -> None:
        """Start the server again; the proxy follows it to its new port."""
        embedded.start_one(root=self.mongo_root, name="mongo")
        url = embedded.ensure_started(root=self.mongo_root, names=["mongo"])["MONGODB_URI"]
        self.proxy.upstream = ("127.0.0.1", urlsplit(url).port or 0)

    def settle(self, *, is_copied: bool = True) -> None:
        """Let writers rest and relays drain; then nothing may be lost, doubled, stale, bent or fallen back.

        Before a backfill MongoDB need not have everything: then only PostgreSQL and the outbox are looked at.
        """
        for writer in self.writers:
            writer.pause()
            assert writer.error is None, writer.error
        wait_until(lambda: not OutboxRow.objects.filter(quarantined_at=None).exists(), seconds=SETTLE_SECONDS)
        assert OutboxRow.objects.count() == 0
        if losses := self._list_losses(is_copied=is_copied):
            time.sleep(3)
            late = self._list_losses(is_copied=is_copied)
            raise AssertionError(f"lost: {losses}; three seconds later: {late}\n{self.read_log('relay')}")
        assert self.watch.regressions == []
        for writer in self.writers:
            writer.resume()

    def _list_losses(self, *, is_copied: bool) -> list[str]:
        losses = list_losses(dsn=self.dsn, database=open_database(), writers=self.writers)
        return [one for one in losses if is_copied or one.startswith("PostgreSQL")]

    def stop(self) -> None:
        for writer in self.writers:
            writer.stop()
        self.watch.stop()
        for relay in self.relays:
            relay.terminate()
        for relay in self.relays:
            try:
                relay.wait(15)
            except subprocess.TimeoutExpired:
                relay.kill()


def open_database() -> Database:
    return mongo_connection.get_database()


@pytest.fixture(autouse=True)
def _copies_end(ending_copies) -> None:
    """Other processes change rows this one keeps copies of."""


@pytest.fixture(scope="module")
def _rows_stay() -> Iterator[None]:
    """Keep what tests leave: one storm blows through all tests of a module."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: None)
        yield


@pytest.fixture(scope="module")
def storm(django_db_setup, django_db_blocker, _rows_stay, tmp_path_factory) -> Iterator[Storm]:
    """One storm for a whole module: the truth is asked for after every kill."""
    from django.conf import settings

    with django_db_blocker.unblock():
        root = get_var_dir(profile="test", source=dict(os.environ)) / f"storm-{connection.settings_dict['NAME']}"
        url = embedded.ensure_started(root=root, names=["mongo"])["MONGODB_URI"]
        proxy = Proxy(upstream=("127.0.0.1", urlsplit(url).port or 0))
        before, settings.MONGODB_URIS = settings.MONGODB_URIS, [proxy.build_url(url)]
        mongo_connection.close()
        found = _build(root, url, proxy, tmp_path_factory.mktemp("storm"))
        try:
            _begin(found)
            yield found
        finally:
            found.stop()
            mongo_connection.close()
            settings.MONGODB_URIS = before
            proxy.close()
            embedded.stop(root=root)
            empty_tables(None)


def _build(root: Path, url: str, proxy: Proxy, logs: Path) -> Storm:
    database = connection.settings_dict
    dsn = f"host={database['HOST']} port={database['PORT']} dbname={database['NAME']} user={database['USER']}"
    now = timezone.now()
    creator = Creator.objects.create(handle="stormy", display_name="Stormy", created_at=now, updated_at=now)
    variables = build_variables(mongo_url=proxy.build_url(url))
    writers = [Writer(name=f"writer{number}", dsn=dsn, creator_id=creator.pk) for number in range(WRITERS)]
    return Storm(
        variables=variables,
        mongo_root=root,
        proxy=proxy,
        dsn=dsn,
        logs=logs,
        writers=writers,
        watch=VersionWatch(open_database=lambda: _open_another(proxy.build_url(url))),
    )


def _open_another(url: str) -> Database:
    client = pymongo.MongoClient(url, serverSelectionTimeoutMS=2000, connectTimeoutMS=2000, socketTimeoutMS=5000)
    return client[mongo_connection.get_database().name]


def _begin(storm: Storm) -> None:
    for spec in iterate_specs():
        open_database()[spec.collection].drop()
    for writer in storm.writers:
        writer.start()
    time.sleep(0.5)
    set_flag(name="USE_MONGO", is_on=True, actor="storm", reason="storm", now=timezone.now())
    storm.start_relays()
    climb(NAME, Stage.CATCHUP)
    storm.watch.start()
