"""The continuous fast tier: slice after slice, dataset after dataset."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from migration.enums import COPIED_STAGES, ParityMode, ParityTier
from migration.models import Dataset, ParityRun
from migration.registry import iterate_specs
from migration.services.verification.passes import check_parity


def continue_fast_pass(
    *, budget_seconds: float, clock: Callable[[], datetime], actor: Any = "beat", recheck_seconds: float = 10.0
) -> list[ParityRun]:
    """Go on comparing fingerprints for about this long, beginning with the dataset that was looked at longest ago.

    Each dataset is finished at most once per call; what is not finished goes on at its cursor with the next call.

    Raises:
        VerificationRunning, PyMongoError, SchemaChanged: see ``check_parity``.
    """
    deadline, runs = time.monotonic() + budget_seconds, list[ParityRun]()
    for name in list_by_last_look():
        left = deadline - time.monotonic()
        if left <= 0:
            break
        runs.append(
            check_parity(
                name=name,
                clock=clock,
                actor=actor,
                tier=ParityTier.FAST,
                budget_seconds=left,
                recheck_seconds=recheck_seconds,
            )
        )
    return runs


def list_by_last_look() -> list[str]:
    """Return the copied datasets: unfinished passes first, then by when their latest fast pass began."""
    known = {spec.name for spec in iterate_specs()}
    copied = Dataset.objects.filter(stage__in=COPIED_STAGES, name__in=known)
    looks: dict[str, tuple[bool, float]] = {}
    for name in copied.values_list("name", flat=True):
        runs = ParityRun.objects.filter(dataset__name=name, tier=ParityTier.FAST, mode=ParityMode.FULL)
        latest = runs.order_by("-pk").first()
        is_finished = latest is None or latest.finished_at is not None
        looks[name] = (is_finished, latest.started_at.timestamp() if latest else 0.0)
    return sorted(looks, key=lambda name: looks[name])
