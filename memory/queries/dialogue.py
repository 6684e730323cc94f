"""How well messages answer a question, from their words and from what was said around them.

One message of a conversation says little alone: an answer follows its question, a pronoun its name. The score is a
weighted sum of what a message says, what its neighbours say, who speaks, and of what kind it is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p

import numpy as np
from numpy.typing import NDArray

from memory.enums import EmbeddingProvider
from memory.queries.conversations import UtteranceRecord
from memory.queries.periods import NamedDate

Numbers = NDArray[np.float64]
FITTED_DOCUMENTS = 530  # the middle of the development split
LONGEST = 40  # terms; longer messages say no more of one thing
_WHEN = re.compile(r"\b(?:when|since|how (?:long|often)|(?:what|which) (?:date|day|month|year|time))\b")


@dataclass(frozen=True, kw_only=True)
class DialogueWeights:
    """What each property of a message is worth, in units of BM25; all but ``around`` and ``asked_before`` grow with it.

    Listwise softmax regression on all three conversations of the development split (543 questions), with and without
    captions, averaged and rounded. Fits that leave a conversation out and rank it give 80.6 R@10 by words and 82.7 with
    vectors, those on all 81.6 and 82.7; which properties to use was chosen on the same conversations.
    """

    around: float  # the words of the messages around, fading by distance
    asked_before: float  # the words of a question that comes right before
    similar: float  # standard deviations of similarity above the mean
    similar_around: float
    speaker: float  # the question names who speaks
    question: float  # a question seldom answers
    length: float  # by the logarithm of its terms
    date: float
    times: float  # of each expression of time, where the question asks for one


BY_WORDS = DialogueWeights(
    around=0.49,
    asked_before=0.44,
    similar=0.0,
    similar_around=0.0,
    speaker=2.2,
    question=-1.8,
    length=1.65,
    date=8.6,
    times=2.75,
)
BY_WORDS_AND_VECTORS = DialogueWeights(
    around=0.47,
    asked_before=0.6,
    similar=1.3,
    similar_around=0.8,
    speaker=3.2,
    question=-3.0,
    length=2.75,
    date=12.6,
    times=4.1,
)
# With MiniLM's vectors fits that leave a conversation out give 83.5 R@10, the fit on all 84.0; unclipped or squared
# similarity, names left in the question, and each message embedded with its speaker or the one before moved it by less
# than 0.3 either way.
BY_WORDS_AND_MINILM = DialogueWeights(
    around=0.42,
    asked_before=0.63,
    similar=1.8,
    similar_around=0.66,
    speaker=3.28,
    question=-3.1,
    length=2.83,
    date=13.65,
    times=3.33,
)
_BY_PROVIDER = {EmbeddingProvider.MINILM: BY_WORDS_AND_MINILM}
WORDS_FADE, WORDS_REACH = 0.8, 8
SIMILAR_FADE, SIMILAR_REACH = 0.6, 4


@dataclass(frozen=True, kw_only=True)
class DialogueQuestion:
    """What a question tells of the messages that may answer it. ``lexical`` and ``similar`` are by interaction.

    ``unit`` is what all weights but those of words are multiplied by: words weigh more in a larger corpus.
    """

    lexical: Mapping[int, float]
    similar: Mapping[int, float]
    speakers: frozenset[str]
    date: NamedDate | None
    asks_time: bool
    weights: DialogueWeights
    unit: float = 1.0


def get_weights(provider: EmbeddingProvider | None) -> DialogueWeights:
    """Return the weights for words alone, or with a provider's vectors: wordllama's where no others are fitted."""
    return BY_WORDS if provider is None else _BY_PROVIDER.get(provider, BY_WORDS_AND_VECTORS)


def get_unit(*, documents: int) -> float:
    """Return what a rare word weighs among so many documents, beside the corpora the weights were fitted on."""
    return log1p(documents) / log1p(FITTED_DOCUMENTS)


def asks_for_time(question: str) -> bool:
    """Return whether a normalised question asks when, how long or how often."""
    return _WHEN.search(question) is not None


def score_utterances(*, utterances: Sequence[UtteranceRecord], asked: DialogueQuestion) -> dict[int, float]:
    """Return each message's score by interaction; ``utterances`` come by conversation and position."""
    line = _Line.of(utterances)
    words = np.array([asked.lexical.get(one.interaction_id, 0.0) for one in utterances])
    similar = np.array([asked.similar.get(one.interaction_id, 0.0) for one in utterances])
    weights = asked.weights
    said = (
        words
        + weights.around * line.spread(words, fade=WORDS_FADE, reach=WORDS_REACH)
        + weights.asked_before * line.take_over(np.where(line.is_question, words, 0.0))
    )
    besides = (
        weights.similar * similar
        + weights.similar_around * line.spread(similar, fade=SIMILAR_FADE, reach=SIMILAR_REACH)
        + weights.question * line.is_question
        + np.array([_weigh_kind(one, asked) for one in utterances])
    )
    total = said + asked.unit * besides
    return {one.interaction_id: float(score) for one, score in zip(utterances, total, strict=True)}


def explain_utterances(
    *, utterances: Sequence[UtteranceRecord], asked: DialogueQuestion
) -> dict[int, dict[str, float]]:
    """Return what ``score_utterances`` adds up, by interaction and property; in the same units."""
    line, weights, unit = _Line.of(utterances), asked.weights, asked.unit
    words = np.array([asked.lexical.get(one.interaction_id, 0.0) for one in utterances])
    similar = np.array([asked.similar.get(one.interaction_id, 0.0) for one in utterances])
    around = weights.around * line.spread(words, fade=WORDS_FADE, reach=WORDS_REACH)
    before = weights.asked_before * line.take_over(np.where(line.is_question, words, 0.0))
    near = unit * weights.similar_around * line.spread(similar, fade=SIMILAR_FADE, reach=SIMILAR_REACH)
    return {
        one.interaction_id: {
            "words": float(words[place]),
            "vectors": float(unit * weights.similar * similar[place]),
            "neighbours": float(around[place] + before[place] + near[place]),
            **{name: unit * worth for name, worth in _list_worths(one, asked).items()},
        }
        for place, one in enumerate(utterances)
    }


def _list_worths(one: UtteranceRecord, asked: DialogueQuestion) -> dict[str, float]:
    """Return the parts of ``_weigh_kind``, and what a question loses."""
    weights = asked.weights
    dated = weights.date * asked.date.weigh(one.occurred_at) if asked.date else 0.0
    return {
        "speaker": weights.speaker if one.speaker in asked.speakers else 0.0,
        "time": dated + (weights.times * one.times if asked.asks_time else 0.0),
        "length": weights.length * log1p(min(one.length, LONGEST)),
        "question": weights.question if one.is_question else 0.0,
    }


def _weigh_kind(one: UtteranceRecord, asked: DialogueQuestion) -> float:
    """Return what speaks for a message whatever its words are."""
    weights = asked.weights
    worth = weights.length * log1p(min(one.length, LONGEST))
    if one.speaker in asked.speakers:
        worth += weights.speaker
    if asked.date:
        worth += weights.date * asked.date.weigh(one.occurred_at)
    return worth + weights.times * one.times if asked.asks_time else worth


@dataclass(frozen=True, kw_only=True)
class _Line:
    """Messages in a row; those of another conversation, or beyond a pause, are no neighbours."""

    conversations: NDArray[np.int64]
    positions: NDArray[np.int64]
    is_question: NDArray[np.bool_]

    @classmethod
    def of(cls, utterances: Sequence[UtteranceRecord]) -> "_Line":
        numbers: dict[str, int] = {}
        named = [numbers.setdefault(one.conversation, len(numbers)) for one in utterances]
        return cls(
            conversations=np.array(named, dtype=np.int64),
            positions=np.array([one.position for one in utterances], dtype=np.int64),
            is_question=np.array([one.is_question for one in utterances], dtype=np.bool_),
        )

    def spread(self, values: Numbers, *, fade: float, reach: int) -> Numbers:
        """Return for each message the sum of its neighbours' values, each times ``fade`` to the power of distance."""
        around = np.zeros_like(values)
        for step in range(1, min(reach, len(values) - 1) + 1):
            near = self._measure(step)
            share = np.where(near <= reach, fade ** near.astype(np.float64), 0.0)
            around[step:] += share * values[:-step]
            around[:-step] += share * values[step:]
        return around

    def take_over(self, values: Numbers) -> Numbers:
        """Return for each message the value of the one right before."""
        taken = np.zeros_like(values)
        if len(values) > 1:
            taken[1:] = np.where(self._measure(1) == 1, values[:-1], 0.0)
        return taken

    def _measure(self, step: int) -> NDArray[np.int64]:
        """Return the distance of each message to the ``step``-th before it; far when it is of another conversation."""
        far = np.iinfo(np.int32).max
        same = self.conversations[step:] == self.conversations[:-step]
        return np.where(same, self.positions[step:] - self.positions[:-step], far)
