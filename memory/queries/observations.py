"""What shows only in many interactions at once: read from signals and the content catalogue, without a model."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from statistics import median
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from creators.enums import ContentKind, Platform
from creators.models import ContentItem, Creator, Interaction
from memory.enums import SignalKind
from memory.extraction.quality import LOW
from memory.queries.identities import OwnIdentity, get_own_identity
from veri.platform.text import normalise

LEAST_PROOFS = 5
MOST_READ = 3_000  # interactions of one value, the earliest
MOST_ITEMS = 5_000
VIEWED = (ContentKind.VIDEO, ContentKind.SHORT)
PUBLIC = (Platform.YOUTUBE, Platform.TWITCH, Platform.X, Platform.TIKTOK)

# A question mark in an address asks nothing; what is said by few is not read at all.
_FIND_REPEATED = """
WITH said AS (
  SELECT signal.value, one.id, one.author, one.occurred_at,
         row_number() OVER (PARTITION BY signal.value ORDER BY one.occurred_at, one.id) AS place
  FROM memory_signal signal JOIN creators_interaction one ON one.id = signal.interaction_id
  WHERE signal.creator_id = %(creator)s AND signal.kind = %(kind)s AND one.platform = ANY(%(public)s)
    AND one.author <> ''
    AND (NOT %(asks)s OR regexp_replace(one.text, 'https?://[^[:space:]]+', '', 'g') LIKE '%%?%%')
    AND NOT EXISTS (SELECT 1 FROM memory_signal quality WHERE quality.interaction_id = one.id
                    AND quality.kind = 'quality' AND quality.number < %(low)s)
)
SELECT value, id FROM said
WHERE place <= %(most)s AND value IN (SELECT value FROM said GROUP BY value HAVING count(DISTINCT author) >= %(least)s)
ORDER BY value, place"""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """An interaction that counts for an observation."""

    interaction_id: int
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """A value that people said again and again: one proof a person and wording, the earliest first."""

    value: str
    proofs: list[Proof]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A topic whose videos have more views: their median over that of all others; the earliest video first."""

    topic: str
    ratio: float
    proofs: list[Proof]


def list_repeated(*, creator: Creator, kind: SignalKind, asks: bool) -> list[Repeated]:
    """Return what at least five people other than the creator said in public; ``asks`` wants questions only."""
    values: dict[str, Any] = {
        "creator": creator.pk,
        "kind": kind.value,
        "public": [one.value for one in PUBLIC],
        "asks": asks,
        "low": LOW,
        "most": MOST_READ,
        "least": LEAST_PROOFS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_FIND_REPEATED, values)
        rows = cursor.fetchall()
    identity = get_own_identity(creator=creator)
    found = []
    for value, group in groupby(rows, key=lambda row: row[0]):
        proofs = list(_choose_proofs([pk for _, pk in group], identity))
        if len(proofs) >= LEAST_PROOFS:
            found.append(Repeated(value=value, proofs=proofs))
    return found


def list_compared(*, creator: Creator) -> list[Compared]:
    """Return topics of at least five videos with views, where at least five others are to compare with."""
    viewed = [
        (item, int(item.metrics["views"]))
        for item in _list_items(creator)
        if isinstance(item.metrics, dict) and isinstance(item.metrics.get("views"), int)
    ]
    topics = sorted({topic for item, _ in viewed for topic in item.topics})
    return [found for topic in topics if (found := _compare(topic, viewed))]


def _choose_proofs(ids: list[int], identity: OwnIdentity) -> Iterator[Proof]:
    """Yield the first interaction of each person that nobody worded so before; the creator's own count for nothing."""
    people: set[str] = set()
    wordings: set[str] = set()
    for one in _list_interactions(ids):
        author, wording = normalise(one.author), normalise(one.text)
        if author in people or wording in wordings or identity.wrote(one):
            continue
        people.add(author)
        wordings.add(wording)
        yield Proof(interaction_id=one.pk, occurred_at=one.occurred_at)


def _list_interactions(ids: list[int]) -> QuerySet[Interaction]:
    names = ("platform", "type", "author", "text", "payload", "occurred_at")
    return Interaction.objects.filter(pk__in=ids).only(*names).order_by("occurred_at", "pk")


def _list_items(creator: Creator) -> QuerySet[ContentItem]:
    items = ContentItem.objects.filter(creator=creator, kind__in=VIEWED, interaction__isnull=False)
    return items.select_related("interaction").order_by("published_at", "pk")[:MOST_ITEMS]


def _compare(topic: str, viewed: list[tuple[ContentItem, int]]) -> Compared | None:
    mine = [(item, views) for item, views in viewed if topic in item.topics]
    others = [views for item, views in viewed if topic not in item.topics]
    proofs = {item.interaction_id: item for item, _ in mine}
    if min(len(proofs), len(others)) < LEAST_PROOFS or not median(others):
        return None
    return Compared(
        topic=topic,
        ratio=median(views for _, views in mine) / median(others),
        proofs=[
            Proof(interaction_id=pk, occurred_at=item.interaction.occurred_at)
            for pk, item in proofs.items()
            if pk is not None and item.interaction is not None
        ],
    )
