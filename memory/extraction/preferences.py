"""What a creator likes, dislikes and prefers: one opinion of a thing at a time."""

import re
from collections.abc import Iterator

from memory.enums import MemoryType
from memory.extraction.assertions import is_negated, list_assertions
from memory.extraction.candidates import Candidate, Source
from memory.extraction.phrases import trim_name
from veri.platform.text import analyse

_THING = r"(?P<thing>[\w'’&-]+(?: [\w'’&-]+){0,3}?)"
_ENDS = r"(?=\s*(?:$|[.,;:!)–—]| and\b| but\b| because\b| so\b| over\b| to\b| for\b| in\b| on\b| at\b| when\b| since\b| now\b| again\b| too\b| these days\b| so much\b))"
_HARD = r"(?:really |absolutely |truly |genuinely |just )?"
_PREFERS = re.compile(
    rf"(?i)\b(?:i|we) (?:really |much |strongly )?prefer (?:to (?:use|work with|film with|shoot with) )?{_THING} (?:over|to|instead of|rather than) (?P<other>[\w'’&-]+(?: [\w'’&-]+){{0,3}}?){_ENDS}"
)
_LIKES = re.compile(rf"(?i)(?:^|[,;:] ?|\band )(?:i|we) {_HARD}(?:love|adore|enjoy) {_THING}{_ENDS}")
_DISLIKES = re.compile(
    rf"(?i)(?:^|[,;:] ?|\band )(?:i|we) {_HARD}(?:hate|dislike|despise|detest|can['’]?t stand|cannot stand|can not stand) {_THING}{_ENDS}"
)
_REFUSES = re.compile(
    rf"(?i)\b(?:i|we) (?:never|don['’]t|do not|won['’]t|will not) (?:ever )?(?:promote|advertise|work with|accept sponsorships? from|do (?:ads|sponsorships|promotions) for) {_THING}{_ENDS}"
)
# What points at something said before, or at nothing that lasts, is no thing one has an opinion of.
_POINTING = re.compile(
    r"(?i)^(?:it|that|this|these|those|them|him|her|you|u|ya|y['’]?all|us|me|what|how|when|where|who|why|everyone|everybody|all|every|each|so|"
    r"the way|the fact|to|being|seeing|hearing|hanging|my|your|his|their|our|its|a|an|the|some|any|doing this|making this)\b"
)

_GOES_ON = re.compile(r"(?i)\s*(?:to|on|in|for|at|over|so much more)\b")


def find_preferences(source: Source) -> Iterator[Candidate]:
    """Yield what the creator's own words say they like, dislike, prefer or refuse to promote."""
    for sentence in list_assertions(source.text):
        for pattern, value, tells in (
            (_LIKES, "likes", "@{who} likes {thing}."),
            (_DISLIKES, "dislikes", "@{who} dislikes {thing}."),
            (_REFUSES, "does not promote", "@{who} does not promote {thing}."),
        ):
            for found in pattern.finditer(sentence):
                thing = "" if _goes_on(found) else _read_thing(found["thing"])
                if thing and not is_negated(sentence[: found.start()]):
                    yield _build(source, thing, value, tells.format(who=source.handle, thing=thing))
        yield from _find_choice(sentence, source)


def _find_choice(sentence: str, source: Source) -> Iterator[Candidate]:
    found = _PREFERS.search(sentence)
    if found and not is_negated(sentence[: found.start()]):
        thing, other = _read_thing(found["thing"]), _read_thing(found["other"])
        if thing and other:
            text = f"@{source.handle} prefers {thing} over {other}."
            yield _build(source, thing, f"preferred over {other}", text)


def _goes_on(found: re.Match[str]) -> bool:
    """Return whether an activity is cut before what it is about: "I love going" of "I love going to the sea"."""
    is_activity = any(word.endswith("ing") for word in found["thing"].lower().split())
    return is_activity and _GOES_ON.match(found.string, found.end("thing")) is not None


def _read_thing(written: str) -> str:
    """Return a thing that can be named, or ''."""
    thing = trim_name(written)
    return "" if _POINTING.search(thing) or not analyse(thing) else thing


def _build(source: Source, thing: str, value: str, text: str) -> Candidate:
    return Candidate(
        type=MemoryType.CREATOR_ENTITY,
        subject=source.handle,
        predicate=f"opinion of {thing.lower()}"[:120],
        value=value,
        text=text,
        keywords="preference prefers likes dislikes loves hates opinion favourite refuses",
        is_slot=True,
        confidence=0.75,
    )
