"""The people a creator works and lives with, by their role."""

import re
from collections.abc import Iterator

from memory.enums import MemoryType
from memory.extraction.assertions import is_negated, list_assertions
from memory.extraction.candidates import Candidate, Source
from memory.extraction.phrases import UNNAMED, bare_name

_PERSON = r"(?P<name>[A-Z][\w'’-]{1,30}(?: [A-Z][\w'’-]{1,30}){0,2})"
_WORK = r"manager|agent|editor|video editor|producer|co-host|cohost|assistant|moderator|head moderator|thumbnail artist|camera operator|accountant|lawyer|publicist|designer"
_KIN = r"wife|husband|fianc[eé]e?|girlfriend|boyfriend|brother|sister|mother|father|mum|mom|dad|son|daughter|best friend|roommate|flatmate|dog|cat"
_ROLE = rf"(?P<role>{_WORK}|{_KIN})"
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?i:\b(?:my|our) (?:new |lovely |wonderful |amazing |talented )?{_ROLE}(?: is(?: called| named| now)?|,| is now|['’]s name is) )(?i:called |named )?{_PERSON}(?=$|[.,;:!?)]| and\b| who\b| is\b| has\b| will\b| just\b| from\b| for\b)",
        rf"\b{_PERSON} (?i:is (?:now )?(?:my|our) (?:new )?{_ROLE})(?=$|[.,;:!)]| and\b| now\b)",
        rf"(?i:\b(?:hired|welcome to|meet|introducing) )?{_PERSON}(?i:, (?:my|our) (?:new )?{_ROLE})(?=$|[.,;:!)])",
    )
)
_NO_PEOPLE = frozenset(
    "I He She It They We You This That There Here Today Tomorrow Monday Tuesday Wednesday Thursday Friday Saturday Sunday Yes No Thanks Thank The My Our Not".split()  # noqa: SIM905  a list of names reads best as words
)


def find_people(source: Source) -> Iterator[Candidate]:
    """Yield the people the creator's own words name with their role."""
    for sentence in list_assertions(source.text):
        for pattern in _PATTERNS:
            for found in pattern.finditer(sentence):
                name = bare_name(found["name"])
                if name and _is_person(name) and not is_negated(sentence[: found.start()]):
                    yield _build(source, name, found["role"].lower())


def _is_person(name: str) -> bool:
    return name.upper() not in UNNAMED and name.split(" ", maxsplit=1)[0] not in _NO_PEOPLE


def _build(source: Source, name: str, role: str) -> Candidate:
    return Candidate(
        type=MemoryType.CREATOR_ENTITY,
        subject=source.handle,
        predicate=f"works with {role}" if re.fullmatch(_WORK, role) else f"has {role}",
        value=name,
        text=f"@{source.handle}'s {role} is {name}.",
        keywords="person people who team works family friend name",
        confidence=0.8,
    )
