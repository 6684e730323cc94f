from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone

from creators.models import Creator, Interaction
from migration.enums import Stage
from migration.models import BackfillRun, Dataset
from migration.services.backfill import run_backfill
from migration.services.verification import check_parity
from tests.migration.conftest import make_interaction, switch

NAME = "interactions"
ROWS = 30


def check(**given):
    return check_parity(**{"name": NAME, "clock": timezone.now, "recheck_seconds": 0.3, **given})


def get_key(external_id: str) -> int:
    """Return a key without reading the row's instants."""
    return Interaction.objects.values_list("pk", flat=True).get(external_id=external_id)


def take_stage() -> None:
    """Let the dataset be captured and copied, as after a backfill, without copying anything."""
    switch("USE_MONGO")
    now = timezone.now()
    Dataset.objects.filter(name=NAME).update(stage=Stage.CATCHUP, is_capturing=True)
    dataset = Dataset.objects.get(name=NAME)
    BackfillRun.objects.create(dataset=dataset, started_at=now, updated_at=now, finished_at=now)


@pytest.fixture
def copied(creator, mongo, transactional_db) -> Iterator[Creator]:
    """Thirty interactions, copied."""
    Interaction.objects.bulk_create(make_interaction(creator, str(number)) for number in range(ROWS))
    switch("USE_MONGO")
    run_backfill(name=NAME, actor="test", reason="test", clock=timezone.now)
    yield creator
    connection.close()
