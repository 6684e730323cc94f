"""From recorded interactions to the content catalogue: what the creator himself published."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from creators.models import Creator, Interaction
from creators.normalisers.content import CONTENT_TYPES, ContentReading, Observed, read_content
from creators.services.content import CatalogueResult, catalogue_content
from memory.extraction.topics import list_topics
from memory.queries.identities import get_own_identity

MOST_TOPICS = 20
LONGEST_TOPIC = 80
NOTHING = CatalogueResult(created=0, changed=0, content_ids=[])


def catalogue_interactions(*, creator_id: int, interaction_ids: Sequence[int], now: datetime) -> CatalogueResult:
    """Put the published ones of some interactions into the catalogue; running it again changes nothing.

    What somebody else published, a mention or a reply, is no content of the creator.
    """
    published = Interaction.objects.filter(
        creator_id=creator_id, pk__in=list(interaction_ids), type__in=sorted(CONTENT_TYPES)
    ).order_by("pk")
    interactions = list(published)
    creator = Creator.objects.filter(pk=creator_id).first() if interactions else None
    if creator is None:
        return NOTHING
    identity = get_own_identity(creator=creator)
    readings = [
        found
        for one in interactions
        if (one.type in _TOLD_BY_PLATFORM or identity.wrote(one)) and (found := _read(one))
    ]
    return catalogue_content(creator_id=creator_id, readings=readings, now=now) if readings else NOTHING


_TOLD_BY_PLATFORM = frozenset({"feed.deleted", "playlist_item", "post.delete"})  # of the account's own list


def _read(interaction: Interaction) -> ContentReading | None:
    found = read_content(
        Observed(
            platform=interaction.platform,
            external_id=interaction.external_id,
            type=interaction.type,
            text=interaction.text,
            payload=interaction.payload if isinstance(interaction.payload, dict) else {},
            occurred_at=interaction.occurred_at,
            received_at=interaction.received_at,
        )
    )
    return replace(found, interaction_id=interaction.pk, facts=_add_topics(found)) if found else None


def _add_topics(reading: ContentReading) -> dict[str, object]:
    """Return the facts with the topics of title and description, where the reading tells a title."""
    facts = reading.facts
    if "title" not in facts:
        return dict(facts)
    topics = list_topics(f"{facts['title']} {facts.get('description', '')}")
    return {**facts, "topics": [topic[:LONGEST_TOPIC] for topic in topics[:MOST_TOPICS]]}
