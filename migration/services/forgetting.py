"""Leave nothing of a row in what the engine keeps beside it: differences, refusals, compared reads."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from migration.enums import Stage
from migration.models import Dataset, OutboxRow, ParityMismatch, ParitySuspect, ShadowRead
from migration.registry import get_spec
from veri.platform.connections.mongo import get_database


@transaction.atomic(durable=True)
def clear_traces(*, dataset: str, keys: Sequence[int], scope: int) -> int:
    """Empty what is written down about rows of one creator; return how many records held something.

    That they differed, were refused or compared stays known; what they said does not.
    """
    wanted = {"run__dataset__name": dataset, "key__in": list(keys)}
    cleared = ParityMismatch.objects.filter(**wanted).exclude(differences=[]).update(differences=[])
    cleared += ParitySuspect.objects.filter(**wanted).exclude(differences=[]).update(differences=[])
    refused = OutboxRow.objects.filter(dataset=dataset, key__in=list(keys)).exclude(error="")
    cleared += refused.update(error="The row was forgotten.")
    cleared += ShadowRead.objects.filter(scope=scope).exclude(detail="").update(detail="")
    return cleared


def remove_uncaptured(*, dataset: str, wanted: Mapping[str, Any]) -> int:
    """Delete documents from MongoDB while no relay brings their rows; return how many were there.

    A dataset that is captured is left to its relay, which orders this change among the others.

    Raises:
        PyMongoError: MongoDB is away.
    """
    if not Dataset.objects.filter(name=dataset, stage=Stage.OFF).exists():
        return 0
    collection = get_database()[get_spec(dataset).collection]
    return int(collection.delete_many(dict(wanted)).deleted_count)
