"""What was asked before in a conversation, and what a question means after it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from memory.queries.periods import drop_time, read_time
from memory.queries.scoring import carries_meaning
from veri.platform.connections.reading import fetch_rows
from veri.platform.text import analyse, normalise

REMEMBERED = 4  # turns
FEW = 2  # words that mean something: fewer hardly say what is asked
_REFERS = re.compile(
    r"^(?:and|or|but|so|what about|how about|why|since when|until when)\b"
    r"|\b(?:it|its|that|those|them|they|their|he|him|his|she|her|this|these|there|instead|else|the same)\b"
)
_LIST = """
SELECT question, answer FROM memory_conversationturn
WHERE creator_id = %s AND conversation = %s ORDER BY id DESC LIMIT %s"""


class EarlierTurn(NamedTuple):
    """A question and its answer."""

    question: str
    answer: str


def list_earlier_turns(*, creator_id: int, conversation: str) -> list[EarlierTurn]:
    """Return the latest turns of one creator's conversation, oldest first."""
    rows = fetch_rows(_LIST, [creator_id, conversation, REMEMBERED])
    return [EarlierTurn(*row) for row in reversed(rows)]


def complete_question(question: str, *, earlier: Sequence[EarlierTurn]) -> str:
    """Return what is to be searched: a question that leans on the one before is joined by its words.

    Of the earlier one what it says about time is left out: "and before that?" asks of another.
    """
    normal = normalise(question)
    meant = {term for term in analyse(normal) if carries_meaning(term)}
    if not earlier or not (_REFERS.search(normal) or len(meant) < FEW):
        return question
    before = normalise(earlier[-1].question)
    return f"{question} {drop_time(before, read_time(before))}"
