"""Patterns and phrasing that several extractors share."""

import re
from datetime import datetime

from veri.platform.text import analyse

# Every repetition is bounded: an unbounded one takes quadratic time on a hostile text of 100 KB.
NAME = r"[A-Z0-9][\w&'’.+-]{0,40}(?: (?:[A-Z0-9][\w&'’.+-]{0,40}|of|&|the)){0,6}"
PLACE = r"[A-Z][\w'’-]{1,40}(?:(?:, | )[A-Z][\w'’-]{1,40}){0,3}"
_FIGURE = r"(?:\d{1,3}(?:[,.]\d{3}){1,5}|\d{1,15})(?:\.\d{1,2})?(?![,.]?\d)"
AMOUNT = rf"(?:US)?[$€£] ?{_FIGURE}k?\b|(?<![\d.,]){_FIGURE}k?(?: ?(?:USD|EUR|GBP|dollars|euros|pounds)\b| ?[€£](?! ?\d)|\$(?!\d))"
# Written where a name is still missing.
UNNAMED = frozenset({"TBD", "TBA", "TBC", "N/A", "NA", "NONE", "NOBODY", "NOTHING", "UNKNOWN", "SOON", "YOU", "GOD"})
LONGEST_TEXT = 10_000  # characters an extractor reads
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_QUOTED_MAIL = re.compile(
    r"(?im)^[ \t>]{0,20}(?:-{2,20} ?(?:original|forwarded) message\b|begin forwarded message:|_{10,80}[ \t]*$"
    r"|on [^\n]{5,200}(?:\n[^\n]{0,200})?\bwrote:[ \t]*$|from: [^\n]{1,200}\n(?:sent|date|to|subject): )"
)
_OPENERS = frozenset(
    {"Re", "Fwd", "New", "Today", "Tonight", "Yes", "Yeah", "Hi", "Hello", "Hey", "Dear", "Thanks", "Thank", "Everyone"}
    | {"Everybody", "Chat", "Campaign", "Brief", "Contract", "Partner", "Sponsored", "Sponsor", "Sponsors", "Finally"}
)


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text, trimmed; abbreviations may split, which only loses a pattern."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]


def drop_quoted_mail(text: str) -> str:
    """Return a message without the mail it answers or forwards: what is quoted there somebody else wrote."""
    return "\n".join(one for one in _cut_history(text).split("\n") if not one.lstrip().startswith(">"))


def _cut_history(text: str) -> str:
    found = _QUOTED_MAIL.search(text)
    return text[: found.start()] if found else text


def bare_name(captured: str) -> str:
    """Return a captured name without words that only stand beside it: of "For the Brightpan" it is "Brightpan"."""
    words = trim_name(captured).split(" ")
    while words and _is_filler(words[0]):
        words.pop(0)
    while words and _is_filler(words[-1]):
        words.pop()
    return trim_name(" ".join(words))


def _is_filler(word: str) -> bool:
    return word.capitalize() in _OPENERS or (not word.isdigit() and not analyse(word))


def trim_name(name: str) -> str:
    """Return a captured name without closing punctuation and dangling joiners."""
    bare = name.strip().rstrip(".,;:!?'’")
    return re.sub(r" (?:of|&|the)$", "", bare)


def say_date(instant: datetime) -> str:
    """Return a date as people write it: 3 May 2026."""
    return f"{instant.day} {instant:%B %Y}"
