"""Note that answers cited memories, outside of every captured table."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

# In order of id, so that two answers citing the same memories wait for each other and never for both.
_RECORD = """
INSERT INTO memory_memoryuse (memory_id, last_cited_at, times_cited)
SELECT id, %s, 1 FROM memory_memory WHERE id = ANY(%s) ORDER BY id
ON CONFLICT (memory_id) DO UPDATE
SET times_cited = memory_memoryuse.times_cited + 1,
    last_cited_at = greatest(memory_memoryuse.last_cited_at, excluded.last_cited_at)"""


def record_citations(*, memory_ids: Sequence[int], now: datetime) -> int:
    """Count one more citation of each memory in one statement; return how many exist still.

    An id given twice counts once: an answer cites a memory or does not. The latest instant stays, whatever order
    answers end in.
    """
    if not memory_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [now, list(memory_ids)])
        return int(cursor.rowcount)
