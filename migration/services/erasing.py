"""Leave no living document of an erased creator in MongoDB."""

from datetime import datetime

from migration.errors import DocumentsOnTheirWay
from migration.models import OutboxRow
from migration.registry import list_registered_specs
from migration.services.forgetting import remove_uncaptured
from migration.stores.documents import LIVE
from veri.platform.connections.mongo import get_database
from veri.platform.ops.privacy import Subject


def clear_documents(*, subject: Subject, now: datetime) -> int:
    """Delete what no relay brings up to date, and see that the relay has brought the rest; return how many went.

    Tombstones stay: a row's key and version, without which an older copy could come back.

    Raises:
        DocumentsOnTheirWay: the relay has not come so far.
        PyMongoError: MongoDB is away.
    """
    removed, left = 0, 0
    ids = list(subject.creator_ids)
    for spec in list_registered_specs():
        field = "_id" if spec.scope_column == "id" else spec.scope_column
        removed += remove_uncaptured(dataset=spec.name, wanted={field: {"$in": ids}})
        left += get_database()[spec.collection].count_documents({field: {"$in": ids}, **LIVE})
    if left or OutboxRow.objects.filter(scope__in=ids, quarantined_at=None).exists():
        raise DocumentsOnTheirWay(count=left)
    return removed
