"""Merge observations of a content item, in whatever order they arrive: the same set gives the same item. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from creators.enums import Availability
from creators.normalisers.content import ContentReading

FACTS = (
    *("kind", "title", "description", "tags", "topics", "language", "availability", "url", "published_at"),
    *("duration_s", "transcript", "metrics"),
)
FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class ContentState:
    """What is known of an item, and of which instant each fact is."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    told_at: Mapping[str, str] = field(default_factory=dict)


def merge_reading(state: ContentState, reading: ContentReading) -> ContentState:
    """Return the state with a reading in it. Each fact is the latest told; of equal instants the greater value stays.

    A deletion stands for ever, whatever was observed later: platforms do not bring back what was deleted.
    """
    facts, told_at = dict(state.facts), dict(state.told_at)
    for name, value in reading.facts.items():
        is_deletion = name == "availability" and value == Availability.DELETED
        at = (FOR_EVER if is_deletion else reading.observed_at).astimezone(UTC).isoformat(timespec="microseconds")
        if (at, write_canonical(value)) > (told_at.get(name, ""), write_canonical(facts.get(name))):
            facts[name], told_at[name] = value, at
    return ContentState(facts=facts, told_at=told_at)


def write_canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
