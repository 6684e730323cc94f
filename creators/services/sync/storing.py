"""Keep what was read: interactions once, the catalogue merged, counters as snapshots of their instant."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from creators.clients.records import AccountReading, ContentPage
from creators.enums import Availability, Platform
from creators.errors import PayloadNotUnderstood
from creators.models import AccountSnapshot, ContentItem, ContentSnapshot, MissingContent, PlatformConnection
from creators.normalisers import Delivery, Envelope, normalise
from creators.normalisers.content import ContentReading, Observed, read_content
from creators.services.content import catalogue_content
from creators.services.documents import DocumentRefused, encode_document
from creators.services.ingest import NewInteraction, record_interactions

LARGEST_COUNT = 2**63 - 1
_COUNTERS = ("followers", "following", "views", "likes", "items")
_CONTENT_COUNTERS = ("views", "likes", "comments", "shares")
MISSED_AGAIN_AFTER = timedelta(minutes=30)


def keep_account(*, connection: PlatformConnection, reading: AccountReading, taken_at: datetime, now: datetime) -> None:
    """Keep an account's counters; the same instant twice is one snapshot. A counter nobody told stays unknown."""
    counts = {name: _bound(getattr(reading, name)) for name in _COUNTERS}
    if any(value is not None for value in counts.values()):
        with transaction.atomic(durable=True):
            AccountSnapshot.objects.bulk_create(
                [
                    AccountSnapshot(
                        connection=connection,
                        creator_id=connection.creator_id,
                        platform=connection.platform,
                        taken_at=taken_at,
                        **counts,
                    )
                ],
                ignore_conflicts=True,
            )
    if reading.payload:
        _record(connection, [reading.payload], taken_at, now)


def keep_page(
    *, connection: PlatformConnection, page: ContentPage, taken_at: datetime, now: datetime
) -> list[ContentReading]:
    """Keep a page of content; again, after a crash, gives the same rows. Return what was read of it.

    Interactions are recorded once, by the platform's id; the catalogue takes the latest word of each field.
    """
    envelopes = _record(connection, page.payloads, taken_at, now)
    readings = [found for one in envelopes if (found := _read(one, now))]
    if readings:
        catalogue_content(creator_id=connection.creator_id, readings=readings, now=now)
        _keep_counters(connection, readings, taken_at)
    return readings


def _record(
    connection: PlatformConnection, payloads: Sequence[Mapping[str, Any]], taken_at: datetime, now: datetime
) -> list[Envelope]:
    """Record payloads as interactions; one that no row can hold is left out, the others are not."""
    envelopes = [one for payload in payloads for one in _normalise(connection, payload, taken_at)]
    items = [
        NewInteraction(
            creator_id=connection.creator_id,
            platform=one.platform,
            external_id=one.external_id,
            type=one.type,
            occurred_at=one.occurred_at,
            channel=one.channel,
            author=one.author,
            text=one.text,
            attachments=one.attachments,
            payload=one.payload,
        )
        for one in envelopes
    ]
    record_interactions(items=items, now=now)
    return envelopes


def _normalise(connection: PlatformConnection, payload: Mapping[str, Any], taken_at: datetime) -> list[Envelope]:
    whole = dict(payload)
    if connection.platform == Platform.TIKTOK:  # its videos do not say whose they are
        whole.setdefault("username", connection.account_name)
    try:
        encode_document(whole)
        return normalise(platform=connection.platform, payload=whole, delivery=Delivery(sent_at=taken_at))
    except (PayloadNotUnderstood, DocumentRefused):
        return []


def _read(envelope: Envelope, now: datetime) -> ContentReading | None:
    return read_content(
        Observed(
            platform=envelope.platform,
            external_id=envelope.external_id,
            type=envelope.type,
            text=envelope.text,
            payload=envelope.payload,
            occurred_at=envelope.occurred_at,
            received_at=now,
        )
    )


@transaction.atomic(durable=True)
def _keep_counters(connection: PlatformConnection, readings: Sequence[ContentReading], taken_at: datetime) -> None:
    told = {reading.external_id: reading.facts.get("metrics") or {} for reading in readings}
    items = dict(_list_items(connection, list(told)))
    rows = [
        ContentSnapshot(
            content_id=items[external_id],
            creator_id=connection.creator_id,
            platform=connection.platform,
            taken_at=taken_at,
            **{name: _bound(metrics.get(name)) for name in _CONTENT_COUNTERS},
        )
        for external_id, metrics in told.items()
        if metrics and external_id in items
    ]
    ContentSnapshot.objects.bulk_create(rows, ignore_conflicts=True)
    MissingContent.objects.filter(content_id__in=items.values()).delete()


def _list_items(connection: PlatformConnection, external_ids: list[str]) -> list[tuple[str, int]]:
    items = ContentItem.objects.filter(
        creator_id=connection.creator_id, platform=connection.platform, external_id__in=external_ids
    )
    return list(items.values_list("external_id", "pk"))


def _bound(count: int | None) -> int | None:
    """Return a counter a row can hold, or None: what cannot be is unknown, not the largest number there is."""
    return count if count is not None and 0 <= count <= LARGEST_COUNT else None


def keep_missing(*, connection: PlatformConnection, page: ContentPage, now: datetime) -> int:
    """Mark what the platform did not return as deleted, at once where that is certain, else at the second time.

    Return how many items were marked: none by a platform that answers of one account's own items, when the creator has
    another account there too.
    """
    others = PlatformConnection.objects.filter(creator_id=connection.creator_id, platform=connection.platform)
    if not page.is_certain and others.exclude(pk=connection.pk).exists():
        return 0
    items = dict(_list_items(connection, page.missing))
    gone = set(items) if page.is_certain else _find_missed_again(items, now)
    if gone:
        facts = {"availability": Availability.DELETED.value}
        readings = [
            ContentReading(platform=connection.platform, external_id=one, observed_at=now, facts=facts)
            for one in sorted(gone)
        ]
        catalogue_content(creator_id=connection.creator_id, readings=readings, now=now)
    return len(gone)


@transaction.atomic(durable=True)
def _find_missed_again(items: Mapping[str, int], now: datetime) -> set[str]:
    """Return the ids missed before, by a reading long enough ago; note the others as missed."""
    before = MissingContent.objects.filter(content_id__in=items.values(), first_missed_at__lte=now - MISSED_AGAIN_AFTER)
    known = set(before.values_list("content_id", flat=True))
    MissingContent.objects.bulk_create(
        [MissingContent(content_id=pk, first_missed_at=now) for pk in items.values()], ignore_conflicts=True
    )
    return {external_id for external_id, pk in items.items() if pk in known}
