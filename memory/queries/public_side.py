"""Everything of a creator that is public: profile, public memories, public content, and the counters his pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from creators.models import Creator
from memory.enums import MemoryType
from memory.halfvecs import read_halfvecs
from memory.queries.providers import get_discovery_space
from memory.queries.publicity import PUBLIC_PLATFORMS, PUBLIC_TYPES, is_public_memory
from veri.platform.connections.reading import fetch_rows

MOST_MEMORIES = 500
MOST_CONTENT = 300
# Whether a memory holds is not asked: a private message may have superseded what was said in public. What rests on
# content that is not public any longer is left out. The latest public evidence of each memory comes first.
_MEMORIES = """
SELECT DISTINCT ON (memory.id) memory.id, memory.type, memory.predicate, memory.is_slot, memory.text, memory.value,
  evidence.occurred_at, said.platform, said.type
FROM memory_memory memory
JOIN memory_memoryevidence evidence ON evidence.memory_id = memory.id
JOIN creators_interaction said ON said.id = evidence.interaction_id
WHERE memory.creator_id = %(creator)s AND memory.type = ANY(%(memory_types)s) AND memory.state <> 'archived'
  AND said.platform = ANY(%(platforms)s) AND said.type = ANY(%(types)s)
  AND NOT EXISTS (
    SELECT FROM creators_contentitem item WHERE item.creator_id = memory.creator_id AND item.platform = said.platform
      AND item.external_id = said.external_id AND item.availability <> 'public')
ORDER BY memory.id, evidence.occurred_at DESC, said.id DESC"""
_CONTENT = """
SELECT item.platform, item.title, item.description, item.tags, item.topics, item.published_at, item.metrics::text,
  CASE WHEN entry.model = %(model)s AND entry.model_version = %(version)s THEN halfvec_send(entry.embedding) END
FROM creators_contentitem item LEFT JOIN memory_contentindexentry entry ON entry.content_id = item.id
WHERE item.creator_id = %(creator)s AND item.availability = 'public'
ORDER BY item.published_at DESC NULLS LAST, item.id DESC LIMIT %(limit)s"""
_AUDIENCE_PREFIXES = ("followers on ", "subscribers on ")
_PLATFORM_OF = {"YouTube": "youtube", "Twitch": "twitch", "X": "x", "TikTok": "tiktok"}


class PublicMemory(NamedTuple):
    """A public memory and when it was last said in public."""

    type: str
    predicate: str
    text: str
    value: str
    said_at: datetime


class PublicContent(NamedTuple):
    """A public content item; ``vector`` is pgvector's binary form, or None."""

    platform: str
    title: str
    description: str
    tags: list[str]
    topics: list[str]
    published_at: datetime | None
    metrics: dict[str, int]
    vector: bytes | None


@dataclass(frozen=True, kw_only=True)
class PublicSide:
    """``statements`` is the profile and what was said; ``text`` also all content. ``audience`` is by platform."""

    statements: str
    text: str
    tags: list[str]
    platforms: list[str]
    vectors: list[NDArray[np.float32]]
    audience: dict[str, int]
    last_active_at: datetime | None


def read_public_side(*, creator: Creator) -> PublicSide:
    """Return a creator's public side in two statements; it does not change with anything private."""
    memories = _read_memories(creator)
    content = _read_content(creator)
    said = [one.text for one in memories if one.type != MemoryType.CONTENT_KNOWLEDGE]
    published = [one.text for one in memories if one.type == MemoryType.CONTENT_KNOWLEDGE]
    statements = "\n".join(part for part in (creator.display_name, creator.bio, " ".join(creator.tags), *said) if part)
    texts = [" ".join([one.title, one.description, *one.tags, *one.topics]) for one in content]
    own_tags = [tag.lower() for tag in creator.tags]
    dates = [one.published_at for one in content if one.published_at] + [one.said_at for one in memories]
    return PublicSide(
        statements=statements,
        text="\n".join([statements, *texts, *published]),
        tags=_rank_by_frequency([tag for one in content for tag in (*one.tags, *one.topics)], first=own_tags),
        platforms=sorted({one.platform for one in content}),
        vectors=_read_vectors([bytes(one.vector) for one in content if one.vector is not None]),
        audience=_read_audience(memories, content),
        last_active_at=max(dates, default=None),
    )


def _read_memories(creator: Creator) -> list[PublicMemory]:
    """Return public memories, the latest said first; of a slot only what was last said in public."""
    rows = fetch_rows(
        _MEMORIES,
        {
            "creator": creator.pk,
            "memory_types": [MemoryType.CONTENT_KNOWLEDGE.value, MemoryType.CREATOR_ENTITY.value],
            "platforms": sorted(PUBLIC_PLATFORMS),
            "types": sorted(PUBLIC_TYPES),
        },
    )
    public = [
        row
        for row in rows
        if is_public_memory(type=row[1], predicate=row[2], evidence_platform=row[7], evidence_type=row[8])
    ]
    latest: dict[object, tuple[Any, ...]] = {}
    for row in sorted(public, key=lambda one: (one[6], one[0])):
        latest[row[2] if row[3] else row[0]] = row
    kept = sorted(latest.values(), key=lambda one: (one[6], one[0]), reverse=True)[:MOST_MEMORIES]
    return [PublicMemory(type=row[1], predicate=row[2], text=row[4], value=row[5], said_at=row[6]) for row in kept]


def _read_content(creator: Creator) -> list[PublicContent]:
    space = get_discovery_space()
    parameters = {
        "creator": creator.pk,
        "model": space.model,
        "version": space.model_version,
        "limit": MOST_CONTENT,
    }
    rows = fetch_rows(_CONTENT, parameters)
    return [PublicContent._make((*row[:6], orjson.loads(row[6]), row[7])) for row in rows]


def _read_vectors(stored: Sequence[bytes]) -> list[NDArray[np.float32]]:
    return list(read_halfvecs(stored).astype(np.float32)) if stored else []


def _rank_by_frequency(tags: Sequence[str], *, first: Sequence[str]) -> list[str]:
    counts: dict[str, int] = {}
    for tag in tags:
        counts[tag] = counts.get(tag, 0) + 1
    others = sorted(counts.keys() - set(first), key=lambda tag: (-counts[tag], tag))
    return [*dict.fromkeys(first), *others]


def _read_audience(memories: Sequence[PublicMemory], content: Sequence[PublicContent]) -> dict[str, int]:
    """Return followers by platform as last told, else the middle of the views of its latest content."""
    found: dict[str, int] = {}
    for platform in {one.platform for one in content}:
        views = sorted(one.metrics["views"] for one in content if one.platform == platform and "views" in one.metrics)
        if views:
            found[platform] = views[len(views) // 2]
    for one in memories:
        named = next(
            (one.predicate.removeprefix(prefix) for prefix in _AUDIENCE_PREFIXES if prefix in one.predicate), ""
        )
        digits = one.value.replace(",", "")
        if named in _PLATFORM_OF and digits.isdecimal():
            found[_PLATFORM_OF[named]] = int(digits)
    return found
