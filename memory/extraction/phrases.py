"""Patterns and phrasing that several extractors share."""

import re
from datetime import datetime

NAME = r"[A-Z0-9][\w&'’.+-]*(?: (?:[A-Z0-9][\w&'’.+-]*|of|&|the))*"
PLACE = r"[A-Z][\w'’-]+(?:(?:, | )[A-Z][\w'’-]+){0,3}"
AMOUNT = r"(?:US)?[$€£] ?\d[\d,]*(?:\.\d{1,2})?k?|\d[\d,]*(?:\.\d{1,2})? ?(?:USD|EUR|GBP|dollars|euros|pounds)"
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
