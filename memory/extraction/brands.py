"""Brands named as sponsors or partners, and accounts mentioned in paid context."""

import re
from collections.abc import Iterator

from memory.enums import SignalKind
from memory.extraction.candidates import SignalFact, Source
from memory.extraction.phrases import NAME, trim_name

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:\b(?:sponsored by|sponsor(?: is now| is|,|:)|partner(?:ed|ing|ship)? with|thanks to|thank you to|campaign (?:with|for)|collab(?:oration)? with|deal with|brief (?:from|for)|integration (?:for|with)|contract with)) (?i:the )?(?P<name>{NAME})",
        rf"(?P<name>{NAME}) (?i:(?:is|becomes) (?:now )?(?:my|our) (?:new )?(?:main |title |lead )?sponsor|sponsored|brief|campaign|contract|integration)\b",
    )
)
_NOT_BRANDS = frozenset(
    {"I", "We", "The", "This", "Our", "My", "It", "A", "An", "Re", "You", "Everyone", "Chat", "All", "New"}
)


def find_brands(source: Source) -> Iterator[SignalFact]:
    """Yield each brand named in a sponsoring or campaign phrase."""
    for brand in list_brands(source.text):
        yield SignalFact(kind=SignalKind.BRAND, value=brand, extractor="brands.1")


def list_brands(text: str) -> list[str]:
    """Return brands in the order of their first mention."""
    found: dict[str, None] = {}
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            name = _drop_lead(trim_name(match["name"]))
            if name and not name.isdigit():
                found.setdefault(name)
    return list(found)


def _drop_lead(name: str) -> str:
    """Return a name without the words that only begin a sentence: of "The Brightpan" there is one spelling."""
    words = name.split(" ")
    while words and words[0] in _NOT_BRANDS:
        words.pop(0)
    return " ".join(words)
