"""Reads of content items."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from creators.enums import Availability
from creators.models import ContentItem, Creator, User


@dataclass(frozen=True, kw_only=True)
class ContentFilter:
    """What to keep; empty means everything. Published since <= … < until."""

    platform: str = ""
    kind: str = ""
    tag: str = ""
    availability: str = ""
    since: datetime | None = None
    until: datetime | None = None


def list_content(*, creator: Creator, chosen: ContentFilter) -> QuerySet[ContentItem]:
    """Return a creator's items without their transcripts, the latest first; deleted ones only when asked for."""
    rows = ContentItem.objects.filter(creator=creator).select_related("creator").defer("transcript")
    if chosen.availability:
        rows = rows.filter(availability=chosen.availability)
    else:
        rows = rows.exclude(availability=Availability.DELETED)
    if chosen.platform:
        rows = rows.filter(platform=chosen.platform)
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    if chosen.tag:
        rows = rows.filter(tags__contains=[chosen.tag.lower()])
    if chosen.since:
        rows = rows.filter(published_at__gte=chosen.since)
    if chosen.until:
        rows = rows.filter(published_at__lt=chosen.until)
    return rows.order_by("-id")


def get_content(*, content_id: int, acting_user: User) -> ContentItem:
    """Return one item of a creator the user may see.

    Raises:
        ContentItem.DoesNotExist: unknown, or of somebody else's creator.
    """
    rows = ContentItem.objects.select_related("creator")
    if not acting_user.is_staff:
        rows = rows.filter(creator__owner=acting_user)
    return rows.get(pk=content_id)


def list_public_content(*, creator_ids: Iterable[int]) -> QuerySet[ContentItem]:
    """Return what anybody can see on the platforms."""
    return ContentItem.objects.filter(creator_id__in=list(creator_ids), availability=Availability.PUBLIC)


def find_content_items(*, ids: Sequence[int]) -> dict[int, ContentItem]:
    return ContentItem.objects.defer("transcript").in_bulk(list(ids))
