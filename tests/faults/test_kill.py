"""Kill real processes under load: nothing accepted is lost or doubled, and both stores agree afterwards."""

import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.utils import timezone

from creators.models import Creator, Interaction
from memory.models import Memory, MemoryEvidence
from migration.enums import ParityState
from migration.models import OutboxRow
from migration.registry import iterate_specs
from migration.services.verification import check_parity
from tests.faults.conftest import HANDLE, Stack, wait_until

pytestmark = [pytest.mark.xdist_group("killing"), pytest.mark.faults, pytest.mark.timeout(180)]
START = datetime(2026, 5, 1, tzinfo=UTC)
BATCHES, BATCH = 30, 50


def build_batch(number: int) -> list[dict[str, object]]:
    return [
        {
            "creator": HANDLE,
            "platform": "chat",
            "external_id": f"{number}-{row}",
            "type": "message",
            "author": "viewer" if row % 5 else HANDLE,
            "text": f"I love sourdough {row}!" if row % 5 else f"My rate for a story is now ${100 + number}.",
            "occurred_at": (START + timedelta(minutes=number * BATCH + row)).isoformat(),
        }
        for row in range(BATCH)
    ]


def post_until_accepted(stack: Stack, number: int) -> None:
    """Post a batch until it is accepted, as a client does that lost an answer."""
    for _ in range(100):
        try:
            stack.api.record(build_batch(number))
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"batch {number} was never accepted")


def ingest_all(stack: Stack, done: list[int]) -> None:
    for number in range(BATCHES):
        post_until_accepted(stack, number)
        done.append(number)
        time.sleep(0.1)


def assert_whole() -> None:
    """Every accepted interaction once, every memory on existing evidence, both stores alike in every field."""
    assert Interaction.objects.count() == BATCHES * BATCH
    assert Interaction.objects.values("creator", "platform", "external_id").distinct().count() == BATCHES * BATCH
    memories = Memory.objects.all()
    assert memories.count() == BATCHES + 1  # a rate per batch, one view of the audience
    for memory in memories:
        assert MemoryEvidence.objects.filter(memory=memory).count() == memory.strength > 0
    assert memories.get(predicate="rate for story", valid_to=None).value == f"${100 + BATCHES - 1}"
    for spec in iterate_specs():
        run = check_parity(name=spec.name, clock=timezone.now)
        assert (run.state, run.mismatched) == (ParityState.CLEAN, 0), spec.name


def test_nothing_is_lost_when_worker_and_mongo_are_killed_during_ingest(stack):
    done: list[int] = []
    ingest = threading.Thread(target=ingest_all, args=[stack, done])
    ingest.start()
    wait_until(lambda: len(done) >= 5, seconds=30)
    stack.restart("worker")
    wait_until(lambda: len(done) >= 12, seconds=30)
    stack.kill_mongo()
    wait_until(lambda: len(done) >= 16, seconds=30)
    stack.restart("worker")
    stack.start_mongo()
    wait_until(lambda: len(done) >= 24, seconds=30)
    stack.restart("relay")
    ingest.join(60)
    assert len(done) == BATCHES

    stack.settle()

    assert_whole()


def test_nothing_is_lost_when_relay_and_mongo_are_killed_during_relay(stack):
    stack.processes.kill("relay")
    for number in range(BATCHES):
        post_until_accepted(stack, number)
    wait_until(lambda: Memory.objects.count() == BATCHES + 1, seconds=60)
    creator = Creator.objects.get()
    for _ in range(4):  # a backlog large enough to be in the middle of
        Interaction.objects.filter(creator=creator).update(received_at=timezone.now())
    backlog = OutboxRow.objects.count()
    assert backlog > 4 * BATCHES * BATCH

    stack.processes.start("relay")
    wait_until(lambda: OutboxRow.objects.count() < backlog, seconds=30)
    stack.restart("relay")
    stack.kill_mongo()
    stack.restart("worker")
    Interaction.objects.filter(external_id="0-1").update(channel="while away")
    stack.start_mongo()
    stack.settle()

    assert_whole()
