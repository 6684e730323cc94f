"""Sentiment by VADER (Hutto and Gilbert 2014): compound score from -1 to 1."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from memory.enums import SignalKind
from memory.extraction.candidates import SignalFact, Source

THRESHOLD = 0.05  # the authors' boundary of neutral
LONGEST_TEXT = 2_000


def find_sentiment(source: Source) -> Iterator[SignalFact]:
    """Yield one sentiment for a text with letters."""
    if not any(char.isalpha() for char in source.text):
        return
    score = float(_get_analyser().polarity_scores(source.text[:LONGEST_TEXT])["compound"])
    value = "positive" if score >= THRESHOLD else "negative" if score <= -THRESHOLD else "neutral"
    yield SignalFact(kind=SignalKind.SENTIMENT, value=value, number=score, extractor="vader.3.3")


@cache
def _get_analyser() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer  # loads a lexicon

    return SentimentIntensityAnalyzer()
