"""Keep the catalogue: content items merged from what is observed, set-based and in any order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from creators.enums import Availability, ContentKind
from creators.models import ContentItem
from creators.normalisers.content import ContentReading
from creators.services.content_merging import FACTS, ContentState, merge_reading
from creators.services.locks import lock_catalogue
from veri.platform.events.services import publish_events

CONTENT_EVENT = "content.recorded"
IDS_PER_EVENT = 500
_DEFAULTS: dict[str, Any] = {"kind": ContentKind.VIDEO.value, "availability": Availability.PUBLIC.value}
_STORED = (*FACTS, "metrics_at", "told_at", "interaction_id", "updated_at")


@dataclass(frozen=True, kw_only=True)
class CatalogueResult:
    """Items new and changed, and the ids of both."""

    created: int
    changed: int
    content_ids: list[int]


@transaction.atomic(durable=True)
def catalogue_content(*, creator_id: int, readings: Sequence[ContentReading], now: datetime) -> CatalogueResult:
    """Merge observations into one creator's content items; running it again changes nothing.

    Publishes ``content.recorded`` {creator_id, content_ids} when any item changed.
    """
    lock_catalogue(creator_id=creator_id)
    known = _find_known(creator_id, readings)
    states = {key: _to_state(item) for key, item in known.items()}
    links: dict[tuple[str, str], int] = {}
    merged = dict(states)
    for reading in readings:
        key = (reading.platform, reading.external_id)
        merged[key] = merge_reading(merged.get(key, ContentState()), reading)
        if reading.interaction_id:
            links.setdefault(key, reading.interaction_id)
    changed = [key for key, state in merged.items() if states.get(key) != state]
    items = [
        _build_item(
            creator_id=creator_id,
            key=key,
            state=merged[key],
            known=known.get(key),
            interaction_id=links.get(key),
            now=now,
        )
        for key in changed
    ]
    stored = ContentItem.objects.bulk_create(
        items,
        update_conflicts=True,
        unique_fields=["creator", "platform", "external_id"],
        update_fields=list(_STORED),
    )
    ids = [item.pk for item in stored]
    _publish(creator_id, ids)
    created = sum(key not in known for key in changed)
    return CatalogueResult(created=created, changed=len(changed) - created, content_ids=ids)


def _find_known(creator_id: int, readings: Sequence[ContentReading]) -> dict[tuple[str, str], ContentItem]:
    by_platform: dict[str, set[str]] = {}
    for reading in readings:
        by_platform.setdefault(reading.platform, set()).add(reading.external_id)
    wanted = Q(pk__in=[])
    for platform, ids in by_platform.items():
        wanted |= Q(platform=platform, external_id__in=ids)
    found = ContentItem.objects.filter(wanted, creator_id=creator_id)
    return {(item.platform, item.external_id): item for item in found}


def _to_state(item: ContentItem) -> ContentState:
    return ContentState(facts={name: getattr(item, name) for name in item.told_at}, told_at=item.told_at)


def _build_item(
    *,
    creator_id: int,
    key: tuple[str, str],
    state: ContentState,
    known: ContentItem | None,
    interaction_id: int | None,
    now: datetime,
) -> ContentItem:
    platform, external_id = key
    measured = state.told_at.get("metrics")
    return ContentItem(
        creator_id=creator_id,
        platform=platform,
        external_id=external_id,
        told_at=dict(state.told_at),
        metrics_at=datetime.fromisoformat(measured) if measured else None,
        interaction_id=(known.interaction_id if known else None) or interaction_id,
        created_at=known.created_at if known else now,
        updated_at=now,
        **{**_DEFAULTS, **state.facts},
    )


def _publish(creator_id: int, ids: Sequence[int]) -> None:
    parts = [
        (str(creator_id), {"creator_id": creator_id, "content_ids": list(ids[start : start + IDS_PER_EVENT])})
        for start in range(0, len(ids), IDS_PER_EVENT)
    ]
    publish_events(name=CONTENT_EVENT, parts=parts)
