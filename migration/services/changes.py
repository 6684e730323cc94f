"""What every change an operator makes has: a dataset that exists, a reason, an entry in the audit trail."""

from datetime import datetime
from typing import Any

from migration.errors import ReasonMissing
from migration.models import Dataset
from migration.registry import get_spec
from veri.platform.ops.services.audit import record_audit


def require_reason(reason: str) -> None:
    """Refuse a change nobody explains.

    Raises:
        ReasonMissing: when the reason is blank.
    """
    if not reason.strip():
        raise ReasonMissing("Give a reason: it is kept in the audit trail.")


def lock_dataset(name: str) -> Dataset:
    """Return a dataset's route row, locked until the end of the transaction.

    Raises:
        UnknownDataset: names the known ones.
    """
    return Dataset.objects.select_for_update(no_key=True).get(name=get_spec(name).name)


def record_change(
    *, dataset: Dataset, action: str, actor: Any, reason: str, before: Any, after: Any, now: datetime
) -> None:
    """Write ``migration.dataset.<action>`` into the audit trail, in the caller's transaction."""
    record_audit(
        actor=actor,
        action=f"migration.dataset.{action}",
        target=dataset,
        reason=reason,
        before=before,
        after=after,
        now=now,
    )
