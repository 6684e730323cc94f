"""Decay in figures: policies, storage before and after the last run, and the runs."""

from typing import Any

from django.conf import settings

from memory.enums import DecayStep, MemoryState, MemoryType
from memory.models import DecayRun
from memory.queries.decay_history import list_decay_runs
from veri.console.formats import format_bytes

NEVER = "never"


def list_policy_rows() -> list[tuple[str, str, str, str]]:
    """Return the retention below which each type takes its steps."""
    return [
        (
            str(MemoryType(name).label),
            _show(policy.dormant_below),
            _show(policy.archived_below),
            _show(policy.purged_below),
        )
        for name, policy in settings.DECAY.policies.items()
    ]


def list_storage_rows() -> list[tuple[str, str, str]]:
    """Return memories by state and bytes by table, before and after the last run that ended."""
    ended = next((one for one in list_decay_runs() if one.storage_after), None)
    if ended is None:
        return []
    before, after = ended.storage_before, ended.storage_after
    states = [(str(state.label), _count(before, state.value), _count(after, state.value)) for state in MemoryState]
    tables = [
        (name, format_bytes(size), format_bytes(after["tables"].get(name, 0)))
        for name, size in before["tables"].items()
    ]
    return states + tables


def list_run_rows() -> list[dict[str, Any]]:
    return [{"run": run, "steps": _list_steps(run), "freed": format_bytes(run.freed)} for run in list_decay_runs()]


def _list_steps(run: DecayRun) -> list[tuple[str, int]]:
    totals = {step: sum(counts.get(step.value, 0) for counts in run.counts.values()) for step in DecayStep}
    return [(str(step.label), count) for step, count in totals.items() if count]


def _count(storage: dict[str, Any], state: str) -> str:
    return f"{storage['states'].get(state, [0])[0]:,}"


def _show(threshold: float) -> str:
    return f"{threshold:.2f}" if threshold else NEVER
