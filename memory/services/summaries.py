"""Make the row brands search of what is public about a creator, and of nothing else."""

from collections.abc import Sequence
from datetime import datetime
from math import log10
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from creators.enums import ConsentPurpose, Platform
from creators.models import Creator, CreatorSummary
from creators.queries.consent import filter_consenting
from creators.services.summaries import NewSummary, rank_popularity, store_summary
from memory.queries.providers import get_discovery_space
from memory.queries.public_side import PublicSide, read_public_side
from memory.services.content_index import fuse_parts
from memory.services.question_vectors import get_question_vector
from veri.platform.text import analyse

MOST_TERMS = 2_000
MOST_TAGS = 60
BATCH = 500


def refresh_summary(*, creator_id: int, now: datetime) -> bool:
    """Write a creator's row anew, or remove it when he does not allow discovery; return whether it stands."""
    creator = Creator.objects.filter(pk=creator_id).first()
    if creator is None:
        return False
    is_allowed = filter_consenting(creator_ids=[creator_id], purpose=ConsentPurpose.DISCOVERY)
    if not is_allowed and not CreatorSummary.objects.filter(pk=creator_id).exists():
        return False
    return store_summary(summary=build_summary(creator=creator), now=now)


def build_summary(*, creator: Creator) -> NewSummary:
    """Return a creator's public side; whether it may be kept or shown is not decided here."""
    side = read_public_side(creator=creator)
    space = get_discovery_space()
    vector = _build_vector(creator, side)
    audience = {
        platform: count
        for platform, count in side.audience.items()
        if platform != Platform.YOUTUBE or settings.YOUTUBE_DERIVED_ACCEPTED
    }
    main = max(sorted(audience), key=lambda platform: audience[platform], default="")
    return NewSummary(
        creator_id=creator.pk,
        excerpt=side.statements[:500],
        terms=frozenset(analyse(side.text)[:MOST_TERMS]),
        embedding=vector.tolist() if vector is not None else None,
        model=space.model if vector is not None else "",
        model_version=space.model_version if vector is not None else "",
        tags=side.tags[:MOST_TAGS],
        platforms=side.platforms,
        main_platform=main,
        reach=log10(1 + audience[main]) if main else None,
        last_active_at=side.last_active_at,
    )


def refresh_stale_summaries(*, before: datetime, now: datetime, limit: int = BATCH) -> int:
    """Write the rows anew that are missing or older than an instant, and rank all; return how many were written."""
    fresh = CreatorSummary.objects.filter(updated_at__gte=before)
    waiting = Creator.objects.filter(
        is_active=True, consents__purpose=ConsentPurpose.DISCOVERY, consents__is_granted=True
    )
    ids = list(
        waiting.exclude(pk__in=fresh.values("pk")).order_by("pk").values_list("pk", flat=True).distinct()[:limit]
    )
    allowed = filter_consenting(creator_ids=ids, purpose=ConsentPurpose.DISCOVERY)
    written = sum(refresh_summary(creator_id=pk, now=now) for pk in sorted(allowed))
    rank_popularity()
    return written


def _build_vector(creator: Creator, side: PublicSide) -> NDArray[np.float32] | None:
    """Return the unit mean of two: of the content's vectors, and of the public statements'."""
    stated = (
        get_question_vector(side.statements, space=get_discovery_space(), creator_id=creator.pk)
        if side.statements
        else None
    )
    parts: Sequence[Any] = [one for one in (_mean(side.vectors), stated) if one is not None]
    return fuse_parts([(1.0, one) for one in parts]) if parts else None


def _mean(vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float32] | None:
    return fuse_parts([(1.0, one) for one in vectors]) if vectors else None
