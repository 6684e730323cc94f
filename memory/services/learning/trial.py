"""Ask stored questions again: are the things that once answered them still found?"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from memory.queries.outcomes import AnsweredTurn, list_existing
from memory.queries.ranking_weights import RankingWeights
from memory.services.search import search_memory
from memory.stores import Target
from migration.queries.routes import Store

RANK = 10
MOST_QUESTIONS = 50  # of one creator, the latest
HELD_OUT = 2  # every second useful answer is asked again and never learnt from


@dataclass(frozen=True, kw_only=True)
class StoredQuestion:
    """A question whose answer was useful, and what it cited that can still be found."""

    creator_id: int
    turn_id: int
    text: str
    answers: frozenset[Target]


def is_held_out(turn: AnsweredTurn) -> bool:
    """Return whether a turn is kept for trials; the same each night, whatever else was asked."""
    return turn.is_useful is True and turn.id % HELD_OUT == 0


def list_stored_questions(*, creator_id: int, turns: Sequence[AnsweredTurn]) -> list[StoredQuestion]:
    """Return the latest held-out questions that anything still answers, each text once."""
    held = {turn.question: turn for turn in reversed(turns) if is_held_out(turn) and turn.cited}
    latest = sorted(held.values(), key=lambda turn: -turn.id)[:MOST_QUESTIONS]
    existing = list_existing(creator_id=creator_id, targets={one for turn in latest for one in turn.cited})
    questions = [
        StoredQuestion(
            creator_id=creator_id,
            turn_id=turn.id,
            text=turn.question,
            answers=frozenset(existing.intersection(turn.cited)),
        )
        for turn in latest
    ]
    return [one for one in questions if one.answers]


def measure_recall(*, questions: Sequence[StoredQuestion], ranking: RankingWeights | None = None) -> float | None:
    """Return the mean share of answers within the first ten, 0 to 1; None without questions.

    ``ranking`` None are the weights in force of each question's creator. PostgreSQL is read, as learning belongs to it.
    """
    return fmean(_find_share(one, ranking) for one in questions) if questions else None


def _find_share(question: StoredQuestion, ranking: RankingWeights | None) -> float:
    hits = search_memory(
        creator_id=question.creator_id,
        question=question.text,
        action=f"learning:{question.turn_id}",
        limit=RANK,
        store=Store.POSTGRES,
        ranking=ranking,
    ).hits
    return len(question.answers.intersection(one.target for one in hits)) / len(question.answers)
