"""Events over HTTP end to end: API batches of 100 → memories → both stores agree; then the processes' memory."""

import subprocess
import sys
import time
from typing import Any

import orjson
import psutil
from django.utils import timezone

from creators.models import Interaction, User
from creators.samples.generator import generate_samples
from memory.models import Memory
from migration.enums import Flag
from migration.models import OutboxRow
from migration.registry import iterate_specs
from migration.services.backfill import run_backfill
from migration.services.parity import check_parity
from tests.bench.environment import ROOT
from tests.bench.measuring import Figure, at_least, at_most, judge
from tests.bench.processes import create_key, running, wait_until
from tests.bench.tables import create_creators, empty_stores, switch
from veri.demo.processes import Processes
from veri.platform.events.models import Delivery, DeliveryState

SEEDS = range(11, 14)
BATCH = 100
RATE = at_least(500)
LAG = at_most(5)
RESIDENT = at_most(350)
MEGABYTE = 1024 * 1024


def measure() -> list[Figure]:
    empty_stores()
    samples = generate_samples()
    create_creators(samples)
    authorization = create_key(User.objects.get(username="bench"))
    switch(Flag.USE_MONGO, is_on=True)
    for spec in iterate_specs():
        run_backfill(name=spec.name, actor="bench", reason="bench", clock=timezone.now)
    with running("web", "worker", "relay") as (processes, address):
        return [*_measure_load(processes, address, authorization), *_measure_memory(processes)]


def _measure_load(processes: Processes, address: str, authorization: str) -> list[Figure]:
    sender = _start_sender(address, authorization)
    started = time.perf_counter()
    output, _ = sender.communicate(timeout=300)
    if sender.returncode:
        raise RuntimeError("the sender failed")
    sent = orjson.loads(output)
    lag = wait_until(lambda: _is_calm(processes))
    total = time.perf_counter() - started
    differences = sum(check_parity(name=spec.name, clock=timezone.now).mismatched for spec in iterate_specs())
    created, seconds = sent["created"], sent["seconds"]
    assert Interaction.objects.count() == created
    note = f"{created:,} events in {seconds:.1f} s, {Memory.objects.count():,} memories, in all {total:.1f} s"
    return [
        judge(name="ingest over HTTP, batches of 100, flat out", value=created / seconds, unit="events/s", bound=RATE, note=note),
        judge(name="lag: memories formed and outbox empty after the load", value=lag, unit="s", bound=LAG),
        Figure(name="end to end, lag included", value=created / (seconds + lag), unit="events/s"),
        judge(name="differences between the stores afterwards", value=differences, unit="keys", bound=at_most(0)),
    ]


def _start_sender(address: str, authorization: str) -> "subprocess.Popen[bytes]":
    """Start the client as a process of its own; it prints what was accepted and in how many seconds."""
    path = ROOT / "load.json"
    items = sorted(
        (item for seed in SEEDS for item in generate_samples(seed=seed).items), key=lambda item: item["occurred_at"]
    )
    bodies = [{"interactions": items[start : start + BATCH]} for start in range(0, len(items), BATCH)]
    path.write_bytes(orjson.dumps({"address": address, "authorization": authorization, "bodies": bodies}))
    return subprocess.Popen([sys.executable, "-m", "tests.bench.sender", str(path)], stdout=subprocess.PIPE)


def _is_calm(processes: Processes) -> bool:
    processes.check()
    undelivered = Delivery.objects.exclude(state=DeliveryState.DELIVERED)
    return not undelivered.exists() and not OutboxRow.objects.exists()


def _measure_memory(processes: Processes) -> list[Figure]:
    figures = []
    for name, label in (("web", "web process"), ("worker", "worker child"), ("relay", "relay process")):
        parent = psutil.Process(processes.get_pid(name))
        measured: list[Any] = parent.children() or [parent]
        largest = max(one.memory_info().rss for one in measured) / MEGABYTE
        figures.append(judge(name=f"resident, largest {label} of {len(measured)}", value=largest, unit="MB", bound=RESIDENT))
    return figures
