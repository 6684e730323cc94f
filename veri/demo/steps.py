"""The main job: real events to a cited answer, on both stores, with MongoDB lost and found on the way."""

import secrets
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from billing.queries.reconciling import compare_books
from billing.queries.usage_sums import sum_all
from billing.services.measuring.outside import meter_outside
from billing.services.measuring.storage import meter_storage
from billing.services.periods import get_month
from billing.services.rollups import roll_usage
from creators.models import Creator, Interaction, User
from creators.samples.generator import SampleSet
from memory.models import Memory
from migration.enums import Flag, Stage
from migration.models import Dataset, OutboxRow, ParityRun
from migration.queries.flags import list_flag_states
from migration.services.flags import set_flag
from veri.demo import ladder
from veri.demo.api import Api
from veri.demo.campaigning import Campaigning
from veri.demo.connecting import Connecting
from veri.demo.environment import ROOT, SHADOW_SAMPLES
from veri.demo.errors import DemoFailed, expect
from veri.demo.processes import Processes
from veri.platform import embedded
from veri.platform.events.models import Delivery, DeliveryState

ACTOR = "demo"
LIVE_WRITES = 50
WAIT_SECONDS = 45
FLAGS_SECONDS = 2  # what the flags promise: every process follows within two seconds


class Demo:
    """The steps in their order; each returns its outcome in a few words."""

    def __init__(self, *, samples: SampleSet, processes: Processes) -> None:
        self._samples = samples
        self._processes = processes
        self._api: Api | None = None
        self._live_writes = 0
        self._live: threading.Thread | None = None
        self._live_failures: list[Exception] = []

    @cached_property
    def connecting(self) -> Connecting:
        """Return the steps of the platforms; they use the API when they run."""
        handles = [one.handle for one in self._samples.creators]
        return Connecting(handles=handles, get_api=lambda: self.api, processes=self._processes)

    @cached_property
    def campaigning(self) -> Campaigning:
        """Return the steps of a campaign with the first creator."""
        return Campaigning(handle=self._samples.creators[0].handle, get_api=lambda: self.api, processes=self._processes)

    @property
    def api(self) -> Api:
        if self._api is None:
            raise DemoFailed("the API is not started yet")
        return self._api

    def prepare_database(self) -> str:
        self._processes.start("web")  # loads meanwhile, and is not ready before the tables are
        call_command("migrate", verbosity=0)
        call_command("install_schedule", verbosity=0, stdout=StringIO())
        return f"{len(embedded.status(root=ROOT))} embedded stores, all tables"

    def start_processes(self) -> str:
        for name in ("worker", "relay"):
            self._processes.start(name)
        password = secrets.token_urlsafe(16)
        User.objects.create_user(username="demo", password=password)
        address = self._processes.wait_for_web()
        self._api = Api(address=address, username="demo", password=password)
        return f"web, worker and relay; the API answers at {address}"

    def create_creators(self) -> str:
        for creator in self._samples.creators:
            self.api.create_creator(handle=creator.handle, display_name=creator.display_name)
        return f"{Creator.objects.count()} creators"

    def ingest(self) -> str:
        created = self.api.record(self._samples.items)
        expect(created, len(self._samples.items), "interactions created")
        platforms = Interaction.objects.values("platform").distinct().count()
        return f"{created:,} interactions from {platforms} platforms through the HTTP API"

    def form_memories(self) -> str:
        self._wait(lambda: not Delivery.objects.exclude(state=DeliveryState.DELIVERED).exists(), "formation")
        kinds = Memory.objects.values("type").distinct().count()
        return f"{Memory.objects.count():,} memories of {kinds} types"

    def switch_mongo_on(self) -> str:
        self._set(Flag.USE_MONGO, is_on=True)
        capturing = Dataset.objects.filter(is_capturing=True).count()
        return f"{capturing} datasets capturing"

    def backfill(self) -> str:
        self._live = threading.Thread(target=self._write_live, args=["live", LIVE_WRITES])
        self._live.start()
        return ladder.copy_all()

    def drain(self) -> str:
        if self._live:
            self._live.join()
        if self._live_failures:
            raise self._live_failures[0]
        expect(self._live_writes, LIVE_WRITES, "live writes")
        self._wait_for_calm()
        return f"outbox 0 after {self._live_writes} live writes meanwhile"

    def check_parity(self) -> str:
        self._wait_for_calm()
        return ladder.verify_all()

    def climb_to_shadow(self) -> str:
        ladder.promote_all(Stage.VERIFY)
        outcome = ladder.verify_all()
        ladder.promote_all(Stage.SHADOW)
        return outcome

    def compare_reads(self) -> str:
        self._set(Flag.READ_FROM_MONGO, is_on=True)
        self._set(Flag.HYBRID_SEARCH, is_on=True)
        time.sleep(FLAGS_SECONDS)
        return ladder.compare_reads(ask=self._ask_and_look, samples=SHADOW_SAMPLES)

    def _ask_and_look(self) -> None:
        for creator in self._samples.creators:
            question = next(one for one in self._samples.questions if one.creator == creator.handle)
            self.api.ask(creator=creator.handle, question=question.question)
            self.api.get(f"/creators/{creator.handle}")

    def open_canary(self) -> str:
        return ladder.open_canary()

    def cut_over(self) -> str:
        outcome = ladder.cut_over()
        time.sleep(FLAGS_SECONDS)
        return outcome

    def roll_back(self) -> str:
        question = self._samples.questions[0]
        return ladder.roll_back(
            ask_store=lambda: str(self.api.ask(creator=question.creator, question=question.question)["store"])
        )

    def ask_from_mongo(self) -> str:
        return self._ask_all(store="mongo")

    def stop_mongo(self) -> str:
        embedded.stop_one(root=ROOT, name="mongo")
        self._write_live("while-away", 10)
        return "MongoDB stopped; 10 writes accepted meanwhile"

    def ask_from_postgres(self) -> str:
        return self._ask_all(store="postgres")

    def start_mongo(self) -> str:
        embedded.start_one(root=ROOT, name="mongo")
        self._wait_for_calm()
        return "MongoDB back, outbox 0"

    def switch_off(self) -> str:
        for flag in (Flag.HYBRID_SEARCH, Flag.READ_FROM_MONGO, Flag.USE_MONGO):
            self._set(flag, is_on=False)
        ladder.stop_all()
        time.sleep(FLAGS_SECONDS)
        expect(Dataset.objects.exclude(stage=Stage.OFF).count(), 0, "datasets not off")
        before = OutboxRow.objects.count()
        self._write_live("after", 1)
        expect(OutboxRow.objects.count() - before, 0, "outbox rows written while off")
        on = [state.name for state in list_flag_states() if state.is_effective]
        return f"effective flags: {', '.join(on)}; nothing is captured; {self._ask_all(store='postgres')}"

    def meter(self) -> str:
        now = timezone.now()
        meter_storage(now=now)
        meter_outside(now=now)
        for _ in range(2):  # what is noted by the first is summed by the second
            roll_usage(now=now)
        usage = self.api.get("/usage")
        asked = sum(one["requests"] for one in usage["services"] if one["service"] == "extractive")
        expect(asked > 0, True, "questions were metered")
        odd = [one.what for one in compare_books(at=now) if not one.is_even]
        expect(odd, [], "sums of the books that differ")
        cost, runs = _sum_month(now), ParityRun.objects.count()
        return f"{asked} questions, {cost:,} micro-dollars, every one explained, {runs} parity runs kept"

    def _ask_all(self, *, store: str) -> str:
        started = time.perf_counter()
        citations = 0
        for one in self._samples.questions:
            answer = self.api.ask(creator=one.creator, question=one.question)
            check_answer(one.question, answer, one.expected, one.outdated, store)
            citations += len(answer["citations"])
        count = len(self._samples.questions)
        mean = (time.perf_counter() - started) / count * 1000
        return f"{count} of {count} answered from {store}, {citations} citations, {mean:.0f} ms each"

    def _write_live(self, label: str, count: int) -> None:
        handle = self._samples.creators[0].handle
        try:
            for number in range(count):
                self._live_writes += self.api.record(
                    [
                        {
                            "creator": handle,
                            "platform": "chat",
                            "external_id": f"{label}-{number}",
                            "type": "message",
                            "author": "live_viewer",
                            "text": f"Live message {number}: the sourdough looks wonderful!",
                            "occurred_at": (timezone.now() - timedelta(seconds=1)).isoformat(),
                        }
                    ]
                )
        except Exception as error:  # noqa: BLE001  carried to the step that joins this thread
            self._live_failures.append(error)

    def _wait_for_calm(self) -> None:
        """Wait until memories are formed and the relay has brought everything."""
        self._wait(
            lambda: (
                not Delivery.objects.exclude(state=DeliveryState.DELIVERED).exists() and not OutboxRow.objects.exists()
            ),
            "an empty outbox",
        )

    def _wait(self, is_done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        while not is_done():
            self._processes.check()
            if time.monotonic() > deadline:
                raise DemoFailed(f"waited {WAIT_SECONDS} s for {what}")
            time.sleep(0.05)

    def _set(self, flag: Flag, *, is_on: bool) -> None:
        set_flag(name=flag, is_on=is_on, actor=ACTOR, reason="demo", now=timezone.now())


def check_answer(question: str, answer: dict[str, Any], expected: list[str], outdated: list[str], store: str) -> None:
    """Check that an answer says what is true now, cites what exists, and comes from the right store.

    Raises:
        DemoFailed: otherwise.
    """
    text = answer["answer"]
    if not all(one in text for one in expected) or any(one in text for one in outdated):
        raise DemoFailed(f"{question!r} was answered {text!r}, expected {expected}, not {outdated}")
    expect(answer["store"], store, f"store of {question!r}")
    for citation in answer["citations"]:
        model = Memory if citation["kind"] == "memory" else Interaction
        expect(model.objects.filter(pk=citation["id"]).count(), 1, f"citation {citation}")
    if not answer["citations"]:
        raise DemoFailed(f"{question!r} was answered without a citation")


def _sum_month(now: datetime) -> int:
    start, end = get_month(now)
    return sum_all(since=start.date(), until=end.date()).cost_micro_usd
