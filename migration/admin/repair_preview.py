"""A dry run of repairs as the table a confirmation shows."""

from collections.abc import Sequence

from migration.enums import MismatchKind, RepairAction
from migration.services.reconcile import PlannedChange

HEADS = ("Key", "Mismatch", "Fields", "Repair")
SHOWN_KEYS = 50
CONSEQUENCES = [
    "Every key below gets a new version and goes through the outbox and the relay; PostgreSQL's content wins.",
    "The keys are looked at again once the relay has brought them; those that agree are marked resolved.",
]


def list_repair_rows(changes: Sequence[PlannedChange]) -> list[tuple[str, str, str, str]]:
    """Return the first keys with what is done about each."""
    return [
        (one.name, MismatchKind(one.kind).label, ", ".join(one.fields), RepairAction(one.action).label)
        for one in changes[:SHOWN_KEYS]
    ]


def build_caption(total: int) -> str:
    return f"Dry run: {total:,} keys" + (f", the first {SHOWN_KEYS}" if total > SHOWN_KEYS else "")
