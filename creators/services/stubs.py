"""Empty interactions: their words go, their ids and times stay. The relay carries it like any other update."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef

from creators.enums import StubCause
from creators.models import ContentItem, Interaction, InteractionStub

_MARK = """
INSERT INTO creators_interactionstub (interaction_id, cause, digest, emptied_at)
SELECT id, %(cause)s,
  CASE WHEN %(keeps_digest)s THEN encode(sha256(convert_to(text || payload::text, 'UTF8')), 'hex') ELSE '' END, %(now)s
FROM creators_interaction WHERE id = ANY(%(ids)s) ORDER BY id
ON CONFLICT (interaction_id) DO UPDATE SET cause = excluded.cause, digest = '', emptied_at = excluded.emptied_at
WHERE excluded.cause = 'forgotten'"""
_EMPTY = """
UPDATE creators_interaction SET text = '', payload = '{}', attachments = '[]',
  author = CASE WHEN %(keeps_names)s THEN author ELSE '' END,
  channel = CASE WHEN %(keeps_names)s THEN channel ELSE '' END
WHERE id = ANY(%(ids)s) AND (text <> '' OR payload <> '{}' OR attachments <> '[]'
  OR (NOT %(keeps_names)s AND (author <> '' OR channel <> '')))"""


def empty_interactions(*, interaction_ids: Sequence[int], cause: StubCause, now: datetime) -> int:
    """Leave stubs of interactions inside the caller's transaction; return how many held anything.

    A policy's stub keeps author, channel and the digest of what was there; a forgotten one keeps none of them, also
    when a policy emptied it before. Running it again changes nothing.
    """
    keeps = cause == StubCause.POLICY
    asked: dict[str, Any] = {"ids": sorted(interaction_ids), "cause": cause.value, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {**asked, "keeps_digest": keeps})
        cursor.execute(_EMPTY, {**asked, "keeps_names": keeps})
        return int(cursor.rowcount)


def find_expired(*, platform: str, kind: str, before: datetime, limit: int) -> list[tuple[int, int]]:
    """Return (creator id, id) of a platform's interactions received before an instant that are no stubs yet.

    Of one type when ``kind`` names it; oldest first.
    """
    stubs = InteractionStub.objects.filter(interaction=OuterRef("pk"))
    narrowed = {"type": kind} if kind else {}
    expired = Interaction.objects.filter(~Exists(stubs), platform=platform, received_at__lt=before, **narrowed)
    return list(expired.order_by("received_at", "pk").values_list("creator_id", "pk")[:limit])


def remove_told_content(*, interaction_ids: Sequence[int]) -> int:
    """Take out of the catalogue what forgotten interactions told, in the caller's transaction; return how many."""
    found = ContentItem.objects.filter(interaction__in=list(interaction_ids))
    keys = list(found.values_list("pk", flat=True))
    found.delete()
    return len(keys)
