"""Celery's side of the migration: nightly parity, reconciliation."""

from typing import Any

import structlog
from celery import shared_task
from django.utils import timezone
from pymongo.errors import PyMongoError

from migration.enums import ParityState, Stage
from migration.models import Dataset, ParityRun
from migration.registry import iterate_specs
from migration.services.parity import check_parity
from migration.services.reconcile import reconcile_run

logger = structlog.get_logger(__name__)


@shared_task(name="migration.check_parity", queue="migration", time_limit=3600, soft_time_limit=3500)
def check_parity_task(**_unknown: Any) -> None:
    """Compare every dataset that was copied."""
    for name in _list_copied():
        _check(name)


@shared_task(name="migration.reconcile", queue="migration", time_limit=3600, soft_time_limit=3500)
def reconcile_task(**_unknown: Any) -> None:
    """Compare every copied dataset and send what differs through the relay again."""
    for name in _list_copied():
        run = _check(name)
        if run is not None and run.state == ParityState.DIFFERENT:
            reconcile_run(run=run, actor="beat", reason=f"scheduled, parity run {run.pk}", now=timezone.now())


def _list_copied() -> list[str]:
    copied = Dataset.objects.filter(stage__in=[Stage.CATCHUP, Stage.VERIFY, Stage.CUTOVER])
    known = {spec.name for spec in iterate_specs()}
    return [name for name in copied.values_list("name", flat=True) if name in known]


def _check(name: str) -> ParityRun | None:
    try:
        return check_parity(name=name, clock=timezone.now, actor="beat")
    except PyMongoError as error:  # kept as a failed run; the next schedule tries again
        logger.warning("parity_failed", dataset=name, error=type(error).__name__)
        return None
