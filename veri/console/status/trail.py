"""The audit trail of one dataset."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from migration.enums import Guard, Stage
from migration.models import Dataset
from veri.console.formats import format_instant
from veri.platform.ops.models import AuditEntry

SHOWN = 25
ACTIONS_ON_ROWS = "migration.outboxrow"


@dataclass(frozen=True, kw_only=True)
class TrailEntry:
    """One action: the guards' readings apart, whatever else was noted as pairs."""

    pk: int
    at: datetime
    actor: str
    action: str
    reason: str
    error: str
    is_forced: bool
    notes: list[tuple[str, Any]]
    guards: list[tuple[str, dict[str, Any]]]


def list_trail(dataset: Dataset) -> list[TrailEntry]:
    """Return the latest entries, newest first."""
    return [_describe(entry) for entry in _list_entries(dataset)[:SHOWN]]


def describe_latest_entry(dataset: Dataset) -> str:
    """Return who did what last, for somebody who was slower; nothing when nobody did anything."""
    entry = _list_entries(dataset).first()
    return f"{entry.actor_label}, {_shorten(entry.action)}, {format_instant(entry.at)} UTC" if entry else ""


def _list_entries(dataset: Dataset) -> QuerySet[AuditEntry]:
    own = Q(target_type=dataset._meta.label_lower, target_id=str(dataset.pk))  # noqa: SLF001  Django's documented API
    rows = Q(target_type=ACTIONS_ON_ROWS, target_id=dataset.name)
    return AuditEntry.objects.filter(own | rows).order_by("-id")


def _describe(entry: AuditEntry) -> TrailEntry:
    before, after = _as_facts(entry.before), _as_facts(entry.after)
    guards = after.pop("guards", [])
    error, is_forced = str(after.pop("error", "")), bool(after.pop("forced", False))
    return TrailEntry(
        pk=entry.pk,
        at=entry.at,
        actor=entry.actor_label,
        action=_shorten(entry.action),
        reason=entry.reason,
        error=error,
        is_forced=is_forced,
        notes=[*((f"{name}, before", value) for name, value in before.items()), *after.items()],
        guards=[(Guard(one["guard"]).label, one) for one in guards if one.get("guard") in Guard.values],
    )


def _as_facts(noted: Any) -> dict[str, Any]:
    if noted is None:
        return {}
    return dict(noted) if isinstance(noted, dict) else {"value": noted}


def _shorten(action: str) -> str:
    """Return an action in words: ``migration.dataset.canary`` is a step to that stage."""
    words = action.removeprefix("migration.").removeprefix("dataset.")
    if words in Stage.values:
        return f"to {Stage(words).label.lower()}"
    return words.replace("_", " ").replace(".", " ")
