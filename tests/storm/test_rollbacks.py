"""Abort and roll back from every stage, under writers and real relays, and see every process follow in two seconds."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from migration.enums import LADDER, READ_STAGES, Stage
from migration.models import Dataset
from migration.services.flags import set_flag
from migration.services.stages import pause_dataset, resume_dataset, roll_back_dataset, start_dataset, stop_dataset
from tests.faults.conftest import wait_until
from tests.migration.climbing import climb
from tests.storm.conftest import NAME, Storm
from veri.settings.env import BASE_DIR

pytestmark = [pytest.mark.storm, pytest.mark.timeout(180), pytest.mark.django_db(transaction=True)]
PROMISED_SECONDS = 2.0
STRANGER = 987_654  # a creator nobody writes for
STAGES = [one for one in LADDER[1:] if one != Stage.BACKFILL]  # a backfill is aborted among the kills


def change(service, **values) -> Dataset:
    return service(name=NAME, actor="storm", reason="storm", now=timezone.now(), **values)


def get() -> Dataset:
    return Dataset.objects.get(name=NAME)


class Reader:
    """A process that reads beside, and what it saw."""

    def __init__(self, storm: Storm, log: Path) -> None:
        self._log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.storm.reader", NAME, str(STRANGER)],
                cwd=BASE_DIR,
                env=storm.environment,
                stdout=file,
            )

    def list_changes(self) -> list[tuple[float, str]]:
        lines = [line.split() for line in self._log.read_text().splitlines()]
        return [(float(at), store) for at, store in lines]

    def wait_for(self, store: str) -> float:
        """Return when the process went over to a store."""
        wait_until(lambda: bool(self.list_changes()) and self.list_changes()[-1][1] == store, seconds=10)
        return self.list_changes()[-1][0]


@pytest.fixture(scope="module")
def reader(storm: Storm) -> Iterator[Reader]:
    set_flag(name="READ_FROM_MONGO", is_on=True, actor="storm", reason="storm", now=timezone.now())
    found = Reader(storm, storm.logs / "reader.log")
    yield found
    found.process.terminate()
    found.process.wait(10)


def bring_to(stage: Stage) -> None:
    is_aside = get().stage in (Stage.ROLLED_BACK, Stage.PAUSED)
    if is_aside or LADDER.index(get().stage) > LADDER.index(stage):
        change(stop_dataset)
    if get().stage == Stage.OFF:
        change(start_dataset)
    climb(NAME, stage, scope=STRANGER)


@pytest.mark.parametrize("stage", STAGES)
def test_rollback_reaches_every_process_in_two_seconds(storm: Storm, reader: Reader, stage):
    bring_to(stage)
    reader.wait_for("mongo" if stage in READ_STAGES else "postgres")

    clicked = time.time()
    change(roll_back_dataset)
    seen = reader.wait_for("postgres")

    assert seen - clicked < PROMISED_SECONDS
    assert (get().stage, get().came_from) == (Stage.ROLLED_BACK, stage)
    storm.settle(is_copied=stage != Stage.CAPTURE)


@pytest.mark.parametrize("stage", STAGES)
def test_abort_drops_everything_and_a_new_start_is_whole(storm: Storm, reader: Reader, stage):
    bring_to(stage)

    change(stop_dataset)

    assert (get().stage, get().is_capturing) == (Stage.OFF, False)
    reader.wait_for("postgres")
    time.sleep(0.3)  # writes nobody captures
    change(start_dataset)
    climb(NAME, Stage.CATCHUP)
    storm.settle()


@pytest.mark.parametrize("stage", STAGES)
def test_pause_and_resume(storm: Storm, reader: Reader, stage):
    bring_to(stage)

    change(pause_dataset)
    reader.wait_for("postgres")
    storm.settle(is_copied=stage != Stage.CAPTURE)
    change(resume_dataset)

    assert get().stage == stage
    reader.wait_for("mongo" if stage in READ_STAGES else "postgres")
