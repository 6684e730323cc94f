"""Keep raw interactions for as long as a policy says: stubs stay, so that what memories rest on still resolves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.db import transaction

from creators.datasets import INTERACTIONS
from creators.enums import StubCause
from creators.services.stubs import find_expired
from memory.services.forgetting.sources import strip_interactions
from memory.services.locks import lock_formation
from migration.enums import Flag
from migration.models import Dataset
from migration.queries.flags import is_flag_on
from migration.services.backfill_pace import find_wait_reason

BATCH = 500


@dataclass(frozen=True, kw_only=True)
class RetentionResult:
    """Interactions emptied, and why it stopped before the end, if it did."""

    emptied: int
    waits_for: str = ""


def empty_expired_interactions(
    *, clock: Callable[[], datetime], is_due: Callable[[], bool] = lambda: True
) -> RetentionResult:
    """Empty the interactions no rule keeps any longer, 500 at a time, a creator a transaction.

    Their text, payload, attachments, signals, vectors and words in the index go; memories stay, and say that a policy
    emptied what they rest on. Waits while the relay is behind, and goes on with the next call.
    """
    emptied, now = 0, clock()
    for rule in settings.DECAY.interactions:
        before = now - rule.kept
        while rows := sorted(find_expired(platform=rule.platform, kind=rule.type, before=before, limit=BATCH)):
            if reason := _find_wait(clock()):
                return RetentionResult(emptied=emptied, waits_for=reason)
            for creator_id, group in groupby(rows, key=lambda row: row[0]):
                emptied += _empty(creator_id, [pk for _, pk in group], clock())
            if not is_due():
                return RetentionResult(emptied=emptied, waits_for="The time of one call is over.")
    return RetentionResult(emptied=emptied)


@transaction.atomic(durable=True)
def _empty(creator_id: int, ids: list[int], now: datetime) -> int:
    lock_formation(creator_id=creator_id)
    strip_interactions(creator_id=creator_id, ids=ids, cause=StubCause.POLICY, now=now)
    return len(ids)


def _find_wait(now: datetime) -> str:
    """Return why to wait; while nothing is written to MongoDB there is nothing to wait for."""
    dataset = Dataset.objects.filter(name=INTERACTIONS.name).first()
    return find_wait_reason(dataset=dataset, now=now) if dataset and is_flag_on(Flag.USE_MONGO) else ""
