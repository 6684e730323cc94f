"""What the assistant goes down to while its budget runs low: a smaller model, few words, the cache, no model."""

from collections.abc import Sequence

from django.conf import settings

from memory.clients.models import ModelClient
from memory.enums import AnswerRung
from memory.queries.hits import Hit
from memory.queries.same_answers import find_same_answer
from memory.services.checking import Sentence, check_sentences
from memory.services.model_routes import get_smaller

USUAL_TOKENS, SHORT_TOKENS = 700, 250
_LADDER = (AnswerRung.SMALLER, AnswerRung.SHORTER, AnswerRung.CACHED, AnswerRung.EXTRACTIVE)


def choose_rung(used_share: float) -> AnswerRung:
    """Return the lowest rung whose share of the budget, ``DEGRADE_AT``, is used."""
    reached = [rung for rung, share in zip(_LADDER, settings.COSTS.degrade_at, strict=True) if used_share >= share]
    return reached[-1] if reached else AnswerRung.MODEL


def choose_client(client: ModelClient, rung: AnswerRung) -> ModelClient:
    return client if rung == AnswerRung.MODEL else get_smaller(client)


def choose_length(rung: AnswerRung) -> int:
    """Return the most tokens an answer may have."""
    return USUAL_TOKENS if rung in {AnswerRung.MODEL, AnswerRung.SMALLER} else SHORT_TOKENS


def repeat_answer(*, creator_id: int, question: str, hits: Sequence[Hit]) -> tuple[str, list[Sentence]] | None:
    """Return the model and sentences of an earlier answer that the present evidence still supports, or None."""
    turn = find_same_answer(creator_id=creator_id, question=question, hits=hits)
    if turn is None:
        return None
    lines = [_write_line(one) for one in turn.sentences]
    sentences = list(check_sentences(lines, hits=hits, question=question))
    return (turn.model, sentences) if sentences and len(sentences) == len(lines) else None


def _write_line(sentence: dict[str, object]) -> str:
    """Return a kept sentence as a model would write it, with its citations in brackets."""
    citations = sentence["citations"] if isinstance(sentence["citations"], list) else []
    cited = " ".join(f"[{one['kind']}:{one['id']}]" for one in citations)
    return f"{sentence['text']} {cited}"
