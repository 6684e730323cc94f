"""What is proven of one dataset: passes of every kind, open mismatches by kind, field and age."""

from typing import Any
from urllib.parse import urlencode

from migration.queries.history import list_passes
from migration.queries.mismatch_counts import AGES, MismatchCount, list_mismatch_counts
from migration.queries.parity_health import get_latest_fast_pass
from veri.console.status.parity import describe_pass
from veri.console.steps import Situation

SHOWN_PASSES = 8


def collect_proof(at: Situation) -> dict[str, Any]:
    """Return the pass under way, the latest ones, and what they found that is still open."""
    running, fast = at.running_pass, get_latest_fast_pass(name=at.dataset.name)
    counts = list_mismatch_counts(dataset=at.dataset, now=at.now)
    return {
        "running": describe_pass(running, now=at.now) if running else None,
        "fast": describe_pass(fast, now=at.now) if fast else None,
        "passes": [describe_pass(run, now=at.now) for run in list_passes(dataset=at.dataset)[:SHOWN_PASSES]],
        "ages": AGES,
        "counts": [(one, _build_query(one, at)) for one in counts],
    }


def _build_query(one: MismatchCount, at: Situation) -> str:
    """Return the mismatch browser's filters for a line of the table."""
    filters = {"dataset": at.dataset.name, "kind__exact": one.kind.value, "outcome__exact": one.outcome.value}
    return urlencode({**filters, "open": "yes", **({"field": one.field} if one.field else {})})
