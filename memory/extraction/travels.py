"""Places a creator has been to, as their own words tell while they are there."""

import re
from collections.abc import Iterator

from memory.enums import MemoryType
from memory.extraction.assertions import is_negated, list_assertions
from memory.extraction.candidates import Candidate, Source
from memory.extraction.phrases import PLACE, say_date
from memory.extraction.values import read_place

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:(?:^|[:!,;] ?)(?:hello|hi|greetings|live|reporting|postcard) from (?!home\b))(?P<value>{PLACE})(?=\s*(?:$|[.!,]))",
        rf"(?i:\b(?:we|i)(?:['’]ve|['’]re|['’]m| have| are| am)? (?:just )?(?:landed|arrived|touched down) in )(?P<value>{PLACE})",
        rf"(?i:\b(?:we|i)(?:['’]re|['’]m| are| am) (?:currently |now )?(?:filming|shooting|vlogging|staying|streaming|travelling|traveling|visiting|speaking|exploring) (?:in |around )?)(?P<value>{PLACE})",
        rf"(?i:\b(?:we|i) (?:visited|spent (?:the |a |last )?(?:day|weekend|week|month|days|weeks) in|went to|flew to|travell?ed to) )(?P<value>{PLACE})",
    )
)


def find_visits(source: Source) -> Iterator[Candidate]:
    """Yield one memory per place; each time there is more evidence for it."""
    for sentence in list_assertions(source.text):
        for pattern in _PATTERNS:
            for found in pattern.finditer(sentence):
                place = "" if is_negated(sentence[: found.start()]) else read_place(found)
                if place:
                    yield Candidate(
                        type=MemoryType.CREATOR_ENTITY,
                        subject=source.handle,
                        predicate="has visited",
                        value=place,
                        text=f"@{source.handle} was in {place} on {say_date(source.occurred_at)}.",
                        keywords="visited travelled trip travel place city country been went",
                        confidence=0.7,
                    )
