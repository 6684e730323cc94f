"""Expressions of time in a text: what an answer to "when" is made of."""

import re

MOST = 2  # more of them say no more
_TIME = re.compile(
    r"(?i)\b(?:yesterday|today|tonight|tomorrow|last|next|ago|recently|just|since|months?|years?|week(?:end)?s?|"
    r"this (?:week|month|year|morning|weekend)|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|"
    r"february|march|april|may|june|july|august|september|october|november|december|\d{1,2}(?:st|nd|rd|th))\b"
)


def count_times(text: str) -> int:
    """Return how many expressions of time a text has, at most 2."""
    return min(sum(1 for _ in _TIME.finditer(text)), MOST)
