"""Brands named as sponsors or partners, and accounts mentioned in paid context."""

import re
from collections.abc import Iterator

from memory.enums import SignalKind
from memory.extraction.candidates import SignalFact, Source
from memory.extraction.phrases import NAME, UNNAMED, bare_name

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:\b(?:sponsored by|sponsor(?: is now| is|,|:)|partner(?:ed|ing|ship)? with|campaign (?:with|for)|collab(?:oration)? with|deal with|brief (?:from|for)|integration (?:for|with)|contract with)) (?i:the )?(?P<name>{NAME})",
        rf"(?i:\bthank(?:s| you) to) (?i:the )?(?P<name>{NAME})(?=,? (?i:team\b|crew\b|for sponsoring|(?:our|my|the|this) [\w ']{{0,40}}(?:sponsor|partner)))",
        rf"(?P<name>{NAME}) (?i:(?:is|becomes) (?:now )?(?:my|our|the) (?:new )?(?:main |title |lead )?sponsor|sponsors (?:me|us)|sponsored|brief|campaign|contract|integration)\b",
    )
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
            name = bare_name(match["name"])
            if name and not name.isdigit() and name.upper() not in UNNAMED:
                found.setdefault(name)
    return list(found)
