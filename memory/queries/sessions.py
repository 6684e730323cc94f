"""Which stretches of conversations no processor has read yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from memory.queries.identities import OWNERS_TYPES, PRIVATE
from veri.platform.connections.reading import fetch_rows

REACH = timedelta(days=2)  # what came in earlier is read only when a command asks for it
_TEXTS = "btrim(said.text) <> '' AND (said.platform = ANY(%(private)s) OR said.type = ANY(%(own)s))"
_MEDIA = "said.attachments <> '[]'::jsonb AND said.attachments::text LIKE '%%\"file\"%%'"

# What was read last bounds a conversation from below: ids grow with time of arrival.
_DUE = """
WITH waiting AS (
  SELECT said.id, said.creator_id, said.platform || ':' || said.channel AS conversation, said.received_at
  FROM creators_interaction said
  WHERE said.received_at >= %(since)s AND {wanted} AND (%(creator)s::bigint IS NULL OR said.creator_id = %(creator)s)
    AND (%(conversation)s::text IS NULL OR said.platform || ':' || said.channel = %(conversation)s)
)
SELECT creator_id, conversation, (array_agg(id ORDER BY id))[1:%(most)s]
FROM waiting
WHERE id > coalesce((
  SELECT max(last_interaction_id) FROM memory_processedsession done
  WHERE done.creator_id = waiting.creator_id AND done.processor = %(processor)s
    AND done.conversation = waiting.conversation), 0)
GROUP BY creator_id, conversation
HAVING count(*) >= %(most)s OR max(received_at) <= %(closed)s
ORDER BY min(id) LIMIT %(limit)s"""


@dataclass(frozen=True, kw_only=True)
class DueSession:
    """Interactions of one conversation, in order of arrival, that wait to be read together."""

    creator_id: int
    conversation: str
    interaction_ids: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class SessionSearch:
    """What to look for: a conversation is closed when nothing came for ``pause``, or ``most`` interactions wait."""

    processor: str
    wants_media: bool
    pause: timedelta
    most: int
    limit: int
    since: datetime
    creator_id: int | None = None
    conversation: str | None = None


def list_due_sessions(*, search: SessionSearch, now: datetime) -> list[DueSession]:
    """Return sessions to read, those waiting longest first. Private messages and the creator's own are read."""
    values: dict[str, Any] = {
        "processor": search.processor,
        "private": sorted(PRIVATE),
        "own": sorted(OWNERS_TYPES),
        "since": search.since,
        "closed": now - search.pause,
        "most": search.most,
        "limit": search.limit,
        "creator": search.creator_id,
        "conversation": search.conversation,
    }
    rows = fetch_rows(_DUE.format(wanted=_MEDIA if search.wants_media else _TEXTS), values)
    return [DueSession(creator_id=row[0], conversation=row[1], interaction_ids=row[2]) for row in rows]
