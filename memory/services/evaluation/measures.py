"""Recall of evidence by rank and by tokens, per category, with latencies and a bootstrap interval."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

RANKS = (5, 10, 25, 50)
BUDGETS = (250, 500, 1_000, 2_000)  # tokens
CHARACTERS_PER_TOKEN = 4
PERCENTILES = (50, 95, 99)
DRAWS = 1_000
SEED = 7
CONFIDENCE = (2.5, 97.5)
Measures = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one question found: interactions best first with their lengths in characters, and how long it took.

    ``is_right`` tells whether the answer without a language model says what it must; None where the file does not tell.
    """

    creator: str
    category: str
    evidence: frozenset[str]
    ranked: Sequence[str]
    lengths: Sequence[int]
    seconds: float
    is_right: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Percentages over questions: each counts the same, whatever its amount of evidence."""

    overall: Measures
    by_category: dict[str, Measures]
    latency_ms: Measures
    interval: dict[str, tuple[float, float]]
    questions: int
    right_answers: Measures
    bait_answered: int

    def to_json(self) -> dict[str, Any]:
        """Return the figures by name, as files and rows keep them."""
        return asdict(self)


def measure(*, answers: Sequence[Answer], bait_answered: int = 0) -> Evaluation:
    """Return the figures of at least one answer. The interval is of 1,000 draws, seeded: the same each time.

    ``right_answers`` are percentages by category, ``bait_answered`` how often bait was answered at all.
    """
    recalls = [recall(answer=one) for one in answers]
    by_category: dict[str, list[Measures]] = defaultdict(list)
    for answer, found in zip(answers, recalls, strict=True):
        by_category[answer.category].append(found)
    seconds = np.array([one.seconds for one in answers])
    return Evaluation(
        overall=_average(recalls),
        by_category={name: _average(found) for name, found in sorted(by_category.items())},
        latency_ms={f"p{one}": round(float(np.percentile(seconds, one)) * 1000, 2) for one in PERCENTILES},
        interval=_draw_interval(answers, recalls),
        questions=len(answers),
        right_answers=_measure_right(answers),
        bait_answered=bait_answered,
    )


def _measure_right(answers: Sequence[Answer]) -> Measures:
    judged: dict[str, list[bool]] = defaultdict(list)
    for answer in answers:
        if answer.is_right is not None:
            judged[answer.category].append(answer.is_right)
    return {name: round(100 * sum(found) / len(found), 2) for name, found in sorted(judged.items())}


def recall(*, answer: Answer) -> Measures:
    """Return the share of a question's evidence, 0 to 1, within the first k and within a budget of tokens.

    A text counts when it fits wholly: tokens are characters divided by four, summed down the ranks.
    """
    used = list(accumulate(length / CHARACTERS_PER_TOKEN for length in answer.lengths))
    measures = {f"R@{rank}": _share(answer, rank) for rank in RANKS}
    fitting = {budget: sum(one <= budget for one in used) for budget in BUDGETS}
    return measures | {f"tokens@{budget}": _share(answer, count) for budget, count in fitting.items()}


def _share(answer: Answer, count: int) -> float:
    return len(answer.evidence.intersection(answer.ranked[:count])) / len(answer.evidence)


def _average(recalls: Sequence[Measures]) -> Measures:
    return {name: round(100 * float(np.mean([one[name] for one in recalls])), 2) for name in recalls[0]}


def _draw_interval(answers: Sequence[Answer], recalls: Sequence[Measures]) -> dict[str, tuple[float, float]]:
    """Return 95 % intervals: conversations are drawn with replacement, then questions of each."""
    chance = np.random.default_rng(SEED)
    rows: dict[str, list[int]] = defaultdict(list)
    for number, answer in enumerate(answers):
        rows[answer.creator].append(number)
    groups = [np.array(one) for one in rows.values()]
    drawn = [_draw(chance, groups) for _ in range(DRAWS)]
    interval = {}
    for name in recalls[0]:
        values = np.array([one[name] for one in recalls])
        low, high = np.percentile([values[chosen].mean() for chosen in drawn], CONFIDENCE)
        interval[name] = (round(100 * float(low), 2), round(100 * float(high), 2))
    return interval


def _draw(chance: np.random.Generator, groups: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    chosen = (groups[one] for one in chance.integers(len(groups), size=len(groups)))
    return np.concatenate([chance.choice(rows, len(rows)) for rows in chosen])
