"""Remove what killed evaluations left behind."""

from datetime import datetime

import structlog

from memory.enums import EvaluationState
from memory.models import EvaluationRun
from memory.services.evaluation.creators import remove_creator
from migration.queries.routes import Store
from veri.platform.connections.errors import StoreUnavailable

logger = structlog.get_logger(__name__)


def remove_abandoned_runs(*, now: datetime) -> int:
    """Remove the creators of runs whose lease has passed, and mark the runs; return how many were.

    Only creators a run names are removed, never by their handle alone. A run whose store is away stays for the next
    time. Two that remove the same do no harm.
    """
    removed = 0
    for run in EvaluationRun.objects.filter(state=EvaluationState.RUNNING, lease_until__lt=now).order_by("pk"):
        try:
            for pk in run.creator_ids:
                remove_creator(creator_id=pk, in_mongo=run.store == Store.MONGO)
        except StoreUnavailable as failure:
            logger.warning("evaluation_stays", run=run.pk, reason=str(failure))
            continue
        removed += EvaluationRun.objects.filter(pk=run.pk, state=EvaluationState.RUNNING).update(
            state=EvaluationState.ABANDONED, error="The process ended before the evaluation did."
        )
    return removed
