"""The state a bench starts from: empty tables, creators, a capturing dataset, rows to write."""

import itertools
from dataclasses import replace
from typing import Any

from django.db import connection
from django.utils import timezone

from creators.enums import ConsentState
from creators.models import Creator, User
from creators.samples.generator import SampleSet
from creators.services.ingest import NewInteraction
from creators.services.validation import validate_item
from migration.enums import Flag, Stage
from migration.models import Dataset, OutboxRow
from migration.services.datasets import end_capture
from migration.services.flags import set_flag
from veri.platform.connections.mongo import get_database
from veri.platform.connections.redis import get_redis

INTERACTIONS = "creators_interaction"
EMPTIED = "creators_user, creators_creator, migration_outboxrow, migration_backfillrun, events_event, billing_allowance"


def empty_stores() -> None:
    """Take every dataset off the ladder, switch what concerns MongoDB off and empty all three stores."""
    for name in Dataset.objects.exclude(stage=Stage.OFF).values_list("name", flat=True):
        end_capture(name=name, actor="bench", reason="bench", now=timezone.now())
    for flag in (Flag.HYBRID_SEARCH, Flag.READ_FROM_MONGO, Flag.USE_MONGO):
        switch(flag, is_on=False)
    with connection.cursor() as cursor:
        # Without the triggers that refuse it for ledgers.
        cursor.execute("SET session_replication_role = replica")
        # The ledger refuses to be truncated, also by a cascade; these stores are the bench's own.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"TRUNCATE {EMPTIED} CASCADE")
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("SET session_replication_role = DEFAULT")
    database = get_database()
    for name in database.list_collection_names():
        database.drop_collection(name)
    get_redis().flushall()


def switch(flag: Flag, *, is_on: bool) -> None:
    set_flag(name=flag, is_on=is_on, actor="bench", reason="bench", now=timezone.now())


def create_creators(samples: SampleSet) -> dict[str, int]:
    """Create the samples' creators for one owner; return their ids by handle."""
    owner = User.objects.create_user(username="bench")
    for one in samples.creators:
        Creator.objects.create(
            owner=owner,
            handle=one.handle,
            display_name=one.display_name,
            consent_state=ConsentState.GRANTED,
            created_at=timezone.now(),
            updated_at=timezone.now(),
        )
    return dict(Creator.objects.values_list("handle", "pk"))


def forget_outbox() -> None:
    OutboxRow.objects.all().delete()


class RowSource:
    """Endless new interactions: the samples' rows, each round under new external ids."""

    def __init__(self, samples: SampleSet, creators: dict[str, int]) -> None:
        now = timezone.now()
        self._rows = [
            NewInteraction(creator_id=creators[valid.handle], **_list_fields(envelope))
            for item in samples.items
            for valid in [validate_item(item=item, now=now, creator="")]
            for envelope in valid.envelopes
        ]
        self._numbers = itertools.count()

    def take(self, count: int) -> list[NewInteraction]:
        number = next(self._numbers)
        start = number * 37 % len(self._rows)
        rows = itertools.islice(itertools.cycle(self._rows), start, start + count)
        return [replace(row, external_id=f"{number}-{index}") for index, row in enumerate(rows)]


def _list_fields(envelope: Any) -> dict[str, Any]:
    names = ("platform", "external_id", "type", "channel", "author", "text", "attachments", "payload", "occurred_at")
    return {name: getattr(envelope, name) for name in names}
