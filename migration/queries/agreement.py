"""How far both stores agree, as people read it."""

import math

from migration.models import ParityRun


def format_agreement(run: ParityRun) -> str:
    """Return the percentage of a finished run, rounded down: one difference among a million is not 100 %."""
    if not run.compared:
        return "—"
    return f"{math.floor(run.percent * 1000) / 1000:g} %"
