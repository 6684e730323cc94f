"""What the engine does when its own events arrive."""

from typing import Any

import structlog
from django.utils import timezone

from migration.enums import COPIED_STAGES, ParityMode, Stage
from migration.errors import MigrationError
from migration.models import Dataset
from veri.platform.events.registry import subscribe

STAGE_CHANGED = "migration.stage_changed"
logger = structlog.get_logger(__name__)


def verify_stage(*, payload: dict[str, Any]) -> None:
    """Compare a sample after each stage; what is found stands on the dataset's page and may raise the alarm."""
    from pymongo.errors import PyMongoError  # the driver loads only in workers

    from migration.services.verification import check_parity  # same

    dataset = Dataset.objects.filter(name=payload["dataset"]).first()
    if dataset is None or dataset.reached not in COPIED_STAGES or dataset.stage == Stage.PAUSED:
        return
    try:
        check_parity(name=dataset.name, clock=timezone.now, actor="stage", mode=ParityMode.SAMPLE)
    except (MigrationError, PyMongoError) as error:  # kept as a failed run; the clock verifies again
        logger.warning("stage_not_verified", dataset=dataset.name, error=str(error)[:200])


def register_subscribers() -> None:
    subscribe(event=STAGE_CHANGED, name="migration.verify_stage", handle=verify_stage, queue="migration")
