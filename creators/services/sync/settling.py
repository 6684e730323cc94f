"""What a call of X really cost: each record once a UTC day, whatever was reserved."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from creators.clients.records import Charge
from creators.enums import Platform
from creators.models import ContentItem, PlatformConnection, SyncRun
from creators.normalisers.reading import read_text
from creators.services.sync.quotas import give_back

POST_PRICE = 5_000


def settle_price(
    *,
    platform: str,
    connection: PlatformConnection,
    reserved: Sequence[Charge],
    payloads: Sequence[dict[str, Any]],
    run: SyncRun,
    now: datetime,
) -> None:
    """Give back what was reserved for posts that did not come, or that were paid for today; call it before storing."""
    if platform != Platform.X:
        return
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    ids = {read_text(one, "id") for one in payloads}
    paid = ContentItem.objects.filter(
        creator_id=connection.creator_id, platform=platform, external_id__in=ids, metrics_at__gte=today
    ).count()
    cost = (len(ids) - paid) * POST_PRICE
    run.micro_dollars += cost
    for one in reserved:
        give_back(platform=platform, bucket=one.bucket, amount=one.amount - cost, now=now)
