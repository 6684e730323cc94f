"""What the creators app does when something of it, or of others, is published."""

from typing import Any

from django.utils import timezone

from creators.enums import Availability, ConnectionState
from veri.platform.events.registry import subscribe


def _count_published(*, payload: dict[str, Any]) -> None:
    """Count the days of what a creator published on connected accounts, and the tasks and achievements it fulfils."""
    from creators.models import ContentItem, PlatformConnection  # models are loaded by then
    from creators.services.games.achievements import award_achievements  # same
    from creators.services.games.streaks import record_active_days  # same
    from creators.services.games.tasks import complete_evidence_tasks  # same

    creator_id, now = payload["creator_id"], timezone.now()
    states = (ConnectionState.ACTIVE, ConnectionState.BROKEN)
    connected = PlatformConnection.objects.filter(creator_id=creator_id, state__in=states).values("platform")
    items = ContentItem.objects.filter(
        creator_id=creator_id,
        pk__in=payload["content_ids"],
        platform__in=connected,
        availability=Availability.PUBLIC,
        published_at__isnull=False,
    )
    published = items.values_list("published_at", flat=True)
    record_active_days(creator_id=creator_id, instants=[at for at in published if at], now=now)
    complete_evidence_tasks(creator_id=creator_id, now=now)
    award_achievements(now=now, creator_ids=[creator_id])


def _join_content(payloads: list[dict[str, Any]]) -> dict[str, Any]:
    ids = sorted({pk for payload in payloads for pk in payload["content_ids"]})
    return {"creator_id": payloads[0]["creator_id"], "content_ids": ids}


def register_subscriptions() -> None:
    subscribe(
        event="content.recorded",
        name="creators.games",
        handle=_count_published,
        join=_join_content,
        queue="creators",
    )
