"""Tell people when the stores drift apart."""

from datetime import datetime

from django.conf import settings

from migration.models import ParityRun
from migration.queries.agreement import format_agreement
from veri.platform.events.services.publish import publish_event
from veri.platform.ops.services.notifications import queue_alert

EVENT = "migration.divergence"


def raise_divergence(*, run: ParityRun, now: datetime) -> bool:
    """Publish ``migration.divergence`` and queue a notice when too large a share differs, in the caller's transaction.

    The limit is ``MIGRATION_DIVERGENCE_SHARE``. Return whether it was passed.
    """
    limit = settings.MIGRATION.divergence_share
    if not run.compared or run.mismatched <= limit * run.compared:
        return False
    name = run.dataset.name
    publish_event(
        name=EVENT,
        key=name,
        payload={"dataset": name, "run": run.pk, "compared": run.compared, "mismatched": run.mismatched},
    )
    text = (
        f"{run.mismatched:,} of {run.compared:,} compared keys differ ({format_agreement(run)} agree, the limit is"
        f" {1 - limit:.0%}).\n\nReads are not safe on MongoDB: roll {name} back if it is read there, look at the"
        " mismatches in the console, reconcile, verify again."
    )
    queue_alert(subject=f"Veri: {name} diverges", body=text, now=now, dedup_key=f"{EVENT}:{name}")
    return True
