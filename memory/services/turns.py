"""Keep the assistant's turns."""

import orjson

from memory.models import ConversationTurn
from veri.platform.connections.reading import fetch_rows

_INSERT = """
INSERT INTO memory_conversationturn (
  creator_id, request_id, question, answer, sentences, citations, store, model, is_degraded, duration_ms, asked_at)
VALUES (%s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s, %s, %s)
RETURNING id"""


def keep_turn(*, turn: ConversationTurn) -> ConversationTurn:
    """Insert a new turn and return it with its id; by hand, since every question waits for it."""
    columns = [
        turn.creator_id,
        turn.request_id,
        turn.question,
        turn.answer,
        orjson.dumps(turn.sentences).decode(),
        orjson.dumps(turn.citations).decode(),
        turn.store,
        turn.model,
        turn.is_degraded,
        turn.duration_ms,
        turn.asked_at,
    ]
    ((turn.pk,),) = fetch_rows(_INSERT, columns)
    return turn
