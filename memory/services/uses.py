"""Note that answers cited memories, outside of every captured table."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

# In order of id, so that two answers citing the same memories wait for each other and never for both. A memory that is
# being deleted is passed over: nobody waits for that, and no reference to it is left behind.
_RECORD = """
WITH held AS (
  SELECT memory.id, cited.times FROM memory_memory memory
  JOIN unnest(%s::bigint[], %s::integer[]) AS cited (id, times) ON cited.id = memory.id
  ORDER BY memory.id FOR KEY SHARE OF memory SKIP LOCKED
)
INSERT INTO memory_memoryuse (memory_id, last_cited_at, times_cited)
SELECT id, %s, times FROM held ORDER BY id
ON CONFLICT (memory_id) DO UPDATE
SET times_cited = memory_memoryuse.times_cited + excluded.times_cited,
    last_cited_at = greatest(memory_memoryuse.last_cited_at, excluded.last_cited_at)"""


def record_citations(*, memory_ids: Sequence[int], now: datetime) -> int:
    """Count one more citation of each memory in one statement; return how many exist still.

    An id given twice counts once: an answer cites a memory or does not. The latest instant stays, whatever order
    answers end in.
    """
    return record_answers(cited=[memory_ids], now=now)


def record_answers(*, cited: Sequence[Sequence[int]], now: datetime) -> int:
    """Count the citations of several answers in one statement, each answer's once; see ``record_citations``."""
    counts = Counter(pk for answer in cited for pk in set(answer))
    if not counts:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [list(counts), list(counts.values()), now])
        return int(cursor.rowcount)
