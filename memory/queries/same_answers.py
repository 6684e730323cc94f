"""An answer given before to the same question from the same evidence."""

from collections.abc import Sequence

from memory.models import ConversationTurn
from memory.queries.hits import Hit

LOOKED_AT = 200  # of the creator's latest turns


def find_same_answer(*, creator_id: int, question: str, hits: Sequence[Hit]) -> ConversationTurn | None:
    """Return the latest turn a model answered to a question of the same words that found the same things, or None."""
    found = [[one.target.kind[0], one.target.id] for one in hits]
    wanted = normalise_question(question)
    turns = ConversationTurn.objects.filter(creator_id=creator_id).order_by("-id")
    for turn in turns.only("question", "is_degraded", "retrieved", "sentences", "model")[:LOOKED_AT]:
        is_same = not turn.is_degraded and normalise_question(turn.question) == wanted
        if is_same and [one[:2] for one in turn.retrieved] == found:
            return turn
    return None


def normalise_question(question: str) -> str:
    """Return a question's words: neither case, nor spaces, nor the marks at its end matter."""
    return " ".join(question.casefold().split()).rstrip(" ?!.")
