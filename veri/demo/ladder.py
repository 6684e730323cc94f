"""The demo's climb: every dataset up the migration's ladder behind its guards, never by force, and back."""

import time
from collections.abc import Callable

from django.utils import timezone

from migration.enums import Stage
from migration.models import Dataset
from migration.queries.shadow import summarise_shadow
from migration.registry import iterate_specs
from migration.services.backfill import run_backfill
from migration.services.rollouts import advance_rollouts
from migration.services.stages import promote_dataset, roll_back_dataset, stop_dataset
from migration.services.verification import check_parity
from veri.demo.errors import DemoFailed, expect
from veri.platform.ops.backup.services import create_backup, verify_backup

ACTOR, REASON = "demo", "demo"
PATIENCE_SECONDS = 20


def copy_all() -> str:
    """Copy every dataset."""
    copied = {}
    for name in list_names():
        run = run_backfill(name=name, actor=ACTOR, reason=REASON, clock=timezone.now)
        copied[name] = run.copied
    return ", ".join(f"{name} {count:,}" for name, count in copied.items())


def verify_all() -> str:
    """Compare every key and field of every dataset."""
    runs = [check_parity(name=name, clock=timezone.now) for name in list_names()]
    for run in runs:
        expect(run.percent, 100.0, f"parity of {run.dataset.name} ({run.state})")
    return ", ".join(f"{run.dataset.name} {run.percent:.0f} % of {run.compared:,}" for run in runs)


def promote_all(target: Stage) -> None:
    """Take every dataset one stage up, as soon as its guards hold."""
    for name in list_names():
        promote_dataset(name=name, target=target, actor=ACTOR, reason=REASON, now=timezone.now())


def compare_reads(*, ask: Callable[[], object], samples: int) -> str:
    """Ask until every dataset has enough shadow reads."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        ask()
        found = {name: summarise_shadow(dataset=name) for name in list_names()}
        if all(one.compared >= samples for one in found.values()):
            return ", ".join(f"{name} {one.match:.0%} of {one.compared}" for name, one in found.items())
    raise DemoFailed(f"not {samples} shadow reads of every dataset within {PATIENCE_SECONDS} s")


def open_canary() -> str:
    """Let the default rollout plans take their steps, as the clock does."""
    promote_all(Stage.CANARY)
    deadline = time.monotonic() + PATIENCE_SECONDS
    steps: list[str] = []
    while Dataset.objects.filter(read_percent__lt=100, name__in=list_names()).exists():
        steps += advance_rollouts(now=timezone.now())
        if time.monotonic() > deadline:
            raise DemoFailed(f"the rollout stopped after {', '.join(steps)}")
    return f"{len(steps)} rollout steps taken: 10, 25, 50, 75, 100 % of the cohorts"


def cut_over() -> str:
    """Verify a backup, which is a guard, then cut over."""
    create_backup(now=timezone.now())
    verify_backup(now=timezone.now())
    promote_all(Stage.CUTOVER)
    return f"a backup verified, {Dataset.objects.filter(stage=Stage.CUTOVER).count()} datasets cut over"


def roll_back(*, ask_store: Callable[[], str]) -> str:
    """Roll every dataset back and measure until a web process reads PostgreSQL."""
    _wait_for_store("mongo", ask_store)
    started = time.perf_counter()
    for name in list_names():
        roll_back_dataset(name=name, actor=ACTOR, reason=REASON, now=timezone.now())
    _wait_for_store("postgres", ask_store)
    seconds = time.perf_counter() - started
    if seconds > 2:  # noqa: PLR2004  what is promised
        raise DemoFailed(f"reads returned to PostgreSQL only after {seconds:.1f} s")
    return f"reads come from PostgreSQL after {seconds:.2f} s"


def _wait_for_store(store: str, ask_store: Callable[[], str]) -> None:
    """Ask until an answer comes from a store; MongoDB is left alone for some seconds after it was away."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while ask_store() != store:
        if time.monotonic() > deadline:
            raise DemoFailed(f"reads do not come from {store} within {PATIENCE_SECONDS} s")


def stop_all() -> None:
    """Return every dataset to OFF."""
    for name in list_names():
        stop_dataset(name=name, actor=ACTOR, reason=REASON, now=timezone.now())


def list_names() -> list[str]:
    return [spec.name for spec in iterate_specs()]
