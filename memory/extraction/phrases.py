"""Patterns and phrasing that several extractors share."""

import re
from datetime import datetime

# Every repetition is bounded: an unbounded one takes quadratic time on a hostile text of 100 KB.
NAME = r"[A-Z0-9][\w&'’.+-]{0,40}(?: (?:[A-Z0-9][\w&'’.+-]{0,40}|of|&|the)){0,6}"
PLACE = r"[A-Z][\w'’-]{1,40}(?:(?:, | )[A-Z][\w'’-]{1,40}){0,3}"
_FIGURE = r"\d[\d,]{0,20}(?:\.\d{1,2})?"
AMOUNT = rf"(?:US)?[$€£] ?{_FIGURE}k?|(?<![\d.,]){_FIGURE} ?(?:USD|EUR|GBP|dollars|euros|pounds)"
LONGEST_TEXT = 10_000  # characters an extractor reads
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text, trimmed; abbreviations may split, which only loses a pattern."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def trim_name(name: str) -> str:
    """Return a captured name without closing punctuation and dangling joiners."""
    bare = name.strip().rstrip(".,;:!?'’")
    return re.sub(r" (?:of|&|the)$", "", bare)


def say_date(instant: datetime) -> str:
    """Return a date as people write it: 3 May 2026."""
    return f"{instant.day} {instant:%B %Y}"
