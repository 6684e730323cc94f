"""Events over HTTP end to end: API batches of 100 → memories → both stores agree; then the processes' memory."""

import subprocess
import sys
from dataclasses import dataclass
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
from migration.services.verification import check_parity
from tests.bench.environment import ROOT
from tests.bench.measuring import Figure, at_least, at_most, judge
from tests.bench.processes import create_key, running, wait_until
from tests.bench.tables import create_creators, empty_stores, switch
from veri.demo.processes import Processes
from veri.platform.events.models import Delivery, DeliveryState
from veri.settings.env import BASE_DIR

WARM_UP = 10  # its items come first, unmeasured: every process loads what it needs
STEADY_SEEDS = range(11, 14)
FLAT_OUT_SEEDS = range(14, 17)
BATCH = 100
OFFERED = 600  # events a second, for the steady load
RATE = at_least(500)
LAG = at_most(5)
RESIDENT = at_most(350)
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class _Load:
    """Events accepted in so many seconds, and how long memories and MongoDB took to follow."""

    events: int
    seconds: float
    lag: float

    @property
    def rate(self) -> float:
        return self.events / self.seconds


def measure() -> list[Figure]:
    empty_stores()
    samples = generate_samples()
    create_creators(samples)
    authorization = create_key(User.objects.get(username="bench"))
    switch(Flag.USE_MONGO, is_on=True)
    for spec in iterate_specs():
        run_backfill(name=spec.name, actor="bench", reason="bench", clock=timezone.now)
    with running("web", "worker", "relay") as (processes, address):
        return [*_measure_loads(processes, address, authorization), *_measure_memory(processes)]


def _measure_loads(processes: Processes, address: str, authorization: str) -> list[Figure]:
    _send(address, authorization, generate_samples(seed=WARM_UP).items[: 10 * BATCH])
    wait_until(lambda: _is_calm(processes))
    steady = _measure_load(processes, address, authorization, list_items(STEADY_SEEDS), pace=BATCH / OFFERED)
    flat_out = _measure_load(processes, address, authorization, list_items(FLAT_OUT_SEEDS), pace=0)
    differences = sum(check_parity(name=spec.name, clock=timezone.now).mismatched for spec in iterate_specs())
    kept = f"{Interaction.objects.count():,} interactions, {Memory.objects.count():,} memories"
    name = "HTTP ingest, batches of 100"
    return [
        judge(
            name=f"{name}, {OFFERED}/s offered: accepted",
            value=steady.rate,
            unit="events/s",
            bound=RATE,
            note=f"{steady.events:,} events in {steady.seconds:.1f} s",
        ),
        judge(name="lag: memories formed and outbox empty afterwards", value=steady.lag, unit="s", bound=LAG),
        Figure(
            name=f"{name}, flat out: accepted",
            value=flat_out.rate,
            unit="events/s",
            note=f"{flat_out.events:,} events in {flat_out.seconds:.1f} s",
        ),
        Figure(name="lag after it", value=flat_out.lag, unit="s"),
        judge(
            name="flat out, through both stores: lag included",
            value=flat_out.events / (flat_out.seconds + flat_out.lag),
            unit="events/s",
            bound=RATE,
        ),
        judge(name="differences between the stores", value=differences, unit="keys", bound=at_most(0), note=kept),
    ]


def _measure_load(processes: Processes, address: str, authorization: str, items: list[Any], *, pace: float) -> "_Load":
    before = Interaction.objects.count()
    sent = _send(address, authorization, items, pace=pace)
    lag = wait_until(lambda: _is_calm(processes))
    assert Interaction.objects.count() == before + sent["created"]
    return _Load(events=int(sent["created"]), seconds=sent["seconds"], lag=lag)


def list_items(seeds: range) -> list[Any]:
    """Return the samples of several seeds as one year: other ids and words, the same facts."""
    items = [item for seed in seeds for item in generate_samples(seed=seed).items]
    return sorted(items, key=lambda item: item["occurred_at"])


def _send(address: str, authorization: str, items: list[Any], *, pace: float = 0) -> dict[str, float]:
    """Let a process of its own post the items in batches; return what was accepted and in how many seconds."""
    path = ROOT / "load.json"
    bodies = [{"interactions": items[start : start + BATCH]} for start in range(0, len(items), BATCH)]
    path.write_bytes(orjson.dumps({"address": address, "authorization": authorization, "pace": pace, "bodies": bodies}))
    command = [sys.executable, "-m", "tests.bench.sender", str(path)]
    output = subprocess.run(command, cwd=BASE_DIR, check=True, capture_output=True, timeout=300).stdout
    sent: dict[str, float] = orjson.loads(output)
    return sent


def _is_calm(processes: Processes) -> bool:
    processes.check()
    undelivered = Delivery.objects.exclude(state=DeliveryState.DELIVERED)
    return not undelivered.exists() and not OutboxRow.objects.exists()


def _measure_memory(processes: Processes) -> list[Figure]:
    """Measure the largest process of each kind: a master's children where it has any."""
    figures = []
    for name, kind in (("web", "web process"), ("worker", "worker child"), ("relay", "relay process")):
        parent = psutil.Process(processes.get_pid(name))
        measured: list[Any] = parent.children() or [parent]
        largest = max(one.memory_info().rss for one in measured) / MEGABYTE
        label = f"resident, largest {kind} of {len(measured)}"
        figures.append(judge(name=label, value=largest, unit="MB", bound=RESIDENT))
    return figures
