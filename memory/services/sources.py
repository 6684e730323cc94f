"""Interactions as extraction sees them."""

from collections.abc import Iterable, Mapping
from typing import Any

from creators.models import Creator, Interaction
from memory.extraction import Source
from memory.queries.identities import OwnIdentity, get_own_identity

MOST_MEDIA = 10


def build_sources(*, creator: Creator, interactions: Iterable[Interaction]) -> list[Source]:
    """Return sources in the order given; who wrote each is read from the creator's accounts."""
    identity = get_own_identity(creator=creator)
    return [_build(one, creator, identity) for one in interactions]


def list_media(attachments: Any) -> tuple[str, ...]:
    """Return the names of media files among attachments, like ``{"file": "clips/one.wav"}``."""
    listed = attachments if isinstance(attachments, list) else []
    names = (one.get("file") for one in listed[:MOST_MEDIA] if isinstance(one, Mapping))
    return tuple(name for name in names if isinstance(name, str) and name)


def _build(interaction: Interaction, creator: Creator, identity: OwnIdentity) -> Source:
    return Source(
        interaction_id=interaction.pk,
        handle=creator.handle,
        platform=interaction.platform,
        type=interaction.type,
        channel=interaction.channel,
        author=interaction.author,
        text=interaction.text,
        payload=interaction.payload if isinstance(interaction.payload, dict) else {},
        occurred_at=interaction.occurred_at,
        is_own=identity.wrote(interaction),
        media=list_media(interaction.attachments),
    )
