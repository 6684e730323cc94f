"""Verify a dataset: walk its keys, settle what is suspect, keep the result."""

from collections.abc import Callable
from datetime import datetime
from math import inf
from typing import Any

from migration.enums import ParityMode, ParityTier
from migration.models import ParityRun
from migration.registry import get_spec
from migration.services.verification.comparing import Comparer
from migration.services.verification.deep_walk import walk_all
from migration.services.verification.fast_walk import walk_fingerprints
from migration.services.verification.generations import settle
from migration.services.verification.key_walks import SAMPLE, walk_recent, walk_sample, walk_scope
from migration.services.verification.locking import hold_pass
from migration.services.verification.pacing import WINDOW, Pace
from migration.services.verification.runs import fail_run, finish_run, open_run
from migration.services.verification.state import Pass
from migration.stores.key_ranges import estimate_batch

RECHECK_SECONDS = 10.0
BATCH_BYTES = 8 * 2**20
SMALLEST_BATCH, LARGEST_BATCH = 50, 2000


def check_parity(
    *,
    name: str,
    clock: Callable[[], datetime],
    actor: Any = "parity",
    tier: ParityTier = ParityTier.DEEP,
    mode: ParityMode = ParityMode.FULL,
    scope: int | None = None,
    sample: int = SAMPLE,
    recheck_seconds: float = RECHECK_SECONDS,
    budget_seconds: float = inf,
    window: int = WINDOW,
    on_progress: Callable[[int], None] = lambda _compared: None,
) -> ParityRun:
    """Compare a dataset in both stores and keep what persistently differs; by default every key's content.

    A pass that was killed, failed or ran out of ``budget_seconds`` is taken up at its cursor by the next call of the
    same kind; until it is finished its state is ``running`` or ``failed``. ``scope`` is the creator of a SCOPE pass.
    ``recheck_seconds`` are how long nothing may move before what still differs is judged. A pass over nothing is not
    clean. Memory does not depend on the size of the table.

    Raises:
        VerificationRunning: another process is at the same pass.
        SchemaChanged: the table no longer fits its mapper; the run is kept as failed with these words.
        PyMongoError: MongoDB is away; the run is kept as failed.
    """
    spec = get_spec(name)
    with hold_pass(dataset=name, tier=tier, mode=mode, scope=scope):
        run = open_run(spec, tier=tier, mode=mode, scope=scope, actor=actor, now=clock())
        work = Pass(
            spec=spec,
            run=run,
            comparer=Comparer(spec),
            pace=Pace(dataset=name, budget_seconds=budget_seconds, largest_window=window),
            batch=estimate_batch(spec, size=BATCH_BYTES, least=SMALLEST_BATCH, most=LARGEST_BATCH),
            clock=clock,
            on_progress=on_progress,
        )
        try:
            return _complete(work, sample=sample, patience=recheck_seconds)
        except Exception as error:
            fail_run(run, error=error, now=clock())
            raise


def _complete(work: Pass, *, sample: int, patience: float) -> ParityRun:
    is_done = _walk(work, sample=sample) and settle(
        work.comparer, work.run, work.pace, patience=patience, clock=work.clock
    )
    if not is_done:
        work.run.refresh_from_db()
        return work.run
    return finish_run(work.spec, work.run, now=work.clock())


def _walk(work: Pass, *, sample: int) -> bool:
    """Compare every key of the pass once; return False when the time is over before that."""
    if work.run.tier == ParityTier.FAST:
        return walk_fingerprints(work)
    if work.run.mode == ParityMode.SAMPLE:
        return walk_sample(work, count=sample)
    if work.run.mode == ParityMode.RECENT:
        return walk_recent(work)
    if work.run.scope is not None:
        return walk_scope(work, scope=work.run.scope)
    return walk_all(work)
