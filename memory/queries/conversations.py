"""What people said around something found, and who speaks: the application's own knowledge, as its term statistics."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from veri.platform.connections.reading import fetch_rows
from veri.platform.text import analyse, list_words

REACH = 2  # messages to each side that may answer without a word of the question
# OFFSET 0 keeps the planner from reading a whole conversation for a few of its messages.
_FIND_NEAR = """
WITH found AS (
  SELECT conversation, position FROM memory_utterance
  WHERE creator_id = %(creator)s AND interaction_id = ANY(%(ids)s)
), near AS (
  SELECT DISTINCT conversation, position + step AS position
  FROM found, generate_series(-%(reach)s::int, %(reach)s::int) AS step
)
SELECT interaction_id, conversation, position, speaker, occurred_at, length, is_question, times
FROM near CROSS JOIN LATERAL (
  SELECT interaction_id, speaker, occurred_at, length, is_question, times FROM memory_utterance
  WHERE creator_id = %(creator)s AND conversation = near.conversation AND position = near.position OFFSET 0
) utterance
ORDER BY conversation, position, interaction_id"""
_FIND_SPEAKERS = """
SELECT word FROM unnest(%s::varchar[]) AS asked (word)
WHERE EXISTS (SELECT 1 FROM memory_utterance WHERE creator_id = %s AND speaker = word)"""


class UtteranceRecord(NamedTuple):
    """A message and where it stands; a tuple, since a question meets hundreds of them."""

    interaction_id: int
    conversation: str
    position: int
    speaker: str
    occurred_at: datetime
    length: int
    is_question: bool
    times: int


def find_near_utterances(*, creator_id: int, interaction_ids: Iterable[int]) -> list[UtteranceRecord]:
    """Return those interactions that are messages, and the two before and after each, by conversation and position."""
    parameters = {"creator": creator_id, "ids": list(interaction_ids), "reach": REACH}
    return [UtteranceRecord(*row) for row in fetch_rows(_FIND_NEAR, parameters)] if parameters["ids"] else []


def find_speakers(*, creator_id: int, question: str) -> frozenset[str]:
    """Return the words of a question that name somebody who speaks in one of the creator's conversations."""
    words = list_possible_names(question)
    found = fetch_rows(_FIND_SPEAKERS, [words, creator_id]) if words else []
    return frozenset(word for (word,) in found)


def list_possible_names(question: str) -> list[str]:
    """Return the words of a question that could name somebody."""
    return sorted(word for word in set(_list_bare(question)) if analyse(word))


def drop_speakers(question: str, speakers: frozenset[str]) -> str:
    """Return a question without the names of who speaks; as it is when nothing else is in it.

    Who speaks is known of every message, and few say their own name.
    """
    kept = [word for word in question.split() if not speakers.intersection(_list_bare(word))]
    return " ".join(kept) or question


def _list_bare(text: str) -> list[str]:
    return [one.removesuffix("'s").removesuffix("’s") for one in list_words(text)]
