"""Rank the messages among what was found by what is said around them; everything else keeps its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memory.enums import EmbeddingProvider, TargetKind
from memory.queries.conversations import UtteranceRecord, find_near_utterances
from memory.queries.dialogue import DialogueQuestion, explain_utterances, get_unit, get_weights, score_utterances
from memory.queries.periods import NamedDate
from memory.queries.scoring import score_matches
from memory.stores.search import Neighbourhood, Target, TermMatch
from veri.platform.text import analyse

NOMINATED = 200  # of the nearest by vector
TAIL_FADE = 0.99  # messages without a score of their own follow the last that has one


@dataclass(frozen=True, kw_only=True)
class MessageQuestion:
    """What ranks messages: the question's term weights, who and when it names, and whether it asks for a time."""

    creator_id: int
    weights: Mapping[str, float]
    mean_length: float
    documents: int
    speakers: frozenset[str]
    date: NamedDate | None
    asks_time: bool
    provider: EmbeddingProvider | None = None


def rerank_messages(
    *,
    asked: MessageQuestion,
    scores: Mapping[Target, float],
    matches: Mapping[Target, TermMatch],
    near: Neighbourhood,
) -> dict[Target, float]:
    """Return scores in which messages changed places with each other, and neighbours that may answer joined them.

    The scores handed out are those the messages had, so that they compare with memories as before. ``near`` is
    what is near by vector; nothing when words alone decide.
    """
    utterances = _find_utterances(asked, scores, near)
    if not utterances:
        return dict(scores)
    question = _build_question(asked, utterances, matches, near)
    return _exchange(scores, score_utterances(utterances=utterances, asked=question))


def explain_messages(
    *,
    asked: MessageQuestion,
    scores: Mapping[Target, float],
    matches: Mapping[Target, TermMatch],
    near: Neighbourhood,
) -> dict[int, dict[str, float]]:
    """Return what each message's place rests on, by interaction and property; see ``rerank_messages``."""
    utterances = _find_utterances(asked, scores, near)
    question = _build_question(asked, utterances, matches, near)
    return explain_utterances(utterances=utterances, asked=question) if utterances else {}


def _find_utterances(
    asked: MessageQuestion, scores: Mapping[Target, float], near: Neighbourhood
) -> list[UtteranceRecord]:
    ids = {one.id for one in scores if one.kind == TargetKind.INTERACTION}
    ids.update(one.target.id for one in near.nearest[:NOMINATED] if one.target.kind == TargetKind.INTERACTION)
    return find_near_utterances(creator_id=asked.creator_id, interaction_ids=sorted(ids))


def _build_question(
    asked: MessageQuestion,
    utterances: Sequence[UtteranceRecord],
    matches: Mapping[Target, TermMatch],
    near: Neighbourhood,
) -> DialogueQuestion:
    return DialogueQuestion(
        lexical=_score_words(asked, utterances, matches),
        similar=_standardise(near),
        speakers=asked.speakers,
        date=asked.date,
        asks_time=asked.asks_time,
        weights=get_weights(asked.provider if near.nearest else None),
        unit=get_unit(documents=asked.documents),
    )


def _score_words(
    asked: MessageQuestion, utterances: Sequence[UtteranceRecord], matches: Mapping[Target, TermMatch]
) -> dict[int, float]:
    """Return BM25 of the messages for the question without the names of who speaks: a message rarely says its own."""
    names = {term for name in asked.speakers for term in analyse(name)}
    weights = {term: weight for term, weight in asked.weights.items() if term not in names}
    targets = (Target(TargetKind.INTERACTION.value, one.interaction_id) for one in utterances)
    held = [matches[one] for one in targets if one in matches]
    scores, _ = score_matches(matches=held, weights=weights or dict(asked.weights), mean_length=asked.mean_length)
    return {target.id: score for target, score in scores.items()}


def _standardise(near: Neighbourhood) -> dict[int, float]:
    """Return how many standard deviations above the mean each interaction's similarity lies, never below 0."""
    if not near.spread:
        return {}
    return {
        one.target.id: (one.similarity - near.middle) / near.spread
        for one in near.nearest
        if one.target.kind == TargetKind.INTERACTION and one.similarity > near.middle
    }


def _exchange(scores: Mapping[Target, float], said: Mapping[int, float]) -> dict[Target, float]:
    """Give the best message the best of the messages' scores, the second the second, and so on."""
    ranked = [one for _, one in sorted((-round(score, 9), pk) for pk, score in said.items())]
    targets = [Target(TargetKind.INTERACTION.value, pk) for pk in ranked]
    given = sorted((scores[one] for one in targets if one in scores), reverse=True)
    last = given[-1] if given else 0.0
    given += [last * TAIL_FADE ** (step + 1) for step in range(len(targets) - len(given))]
    return {**scores, **dict(zip(targets, given, strict=True))}
