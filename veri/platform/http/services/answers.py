"""Forget kept answers that say what must not be said any longer."""

from collections.abc import Sequence

import orjson
from django.db import connection

_REMOVE = """
DELETE FROM http_idempotencyrecord WHERE EXISTS (
  SELECT FROM unnest(%s::bytea[]) AS said (words) WHERE position(said.words IN response_body) > 0)"""


def remove_answers_with(*, texts: Sequence[str]) -> int:
    """Delete the kept answers whose JSON holds one of the texts; a repeated request is carried out anew."""
    written = sorted({orjson.dumps(one)[1:-1] for one in texts if one})
    if not written:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_REMOVE, [written])
        return int(cursor.rowcount)
