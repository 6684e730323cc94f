"""What creators say of themselves: slots that hold one value at a time."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from memory.enums import MemoryType
from memory.extraction.assertions import is_negated, list_assertions
from memory.extraction.candidates import Candidate, Source
from memory.extraction.phrases import NAME, PLACE, trim_name
from memory.extraction.rates import find_rates
from memory.extraction.values import read_camera, read_name, read_place, read_schedule

I_AM = r"(?:i(?:['’]m| am)|we(?:['’]re| are))"
I_HAVE = r"(?:i|we)(?:['’]ve| have)?"
MY = r"(?:my|our)"
NOT_OTHERS = r"(?<!their )(?<!his )(?<!her )(?<!your )(?<!'s )(?<!’s )"
SPONSOR = r"(?:main|title|lead|headline|channel) sponsor"


@dataclass(frozen=True, kw_only=True)
class SlotRule:
    """A single-valued statement: patterns with the group ``value``, how to tell it, and how to read it.

    ``read`` gives '' for a match that is no value: a doubtful slot is better left alone than filled wrongly.
    """

    predicate: str
    patterns: tuple[re.Pattern[str], ...]
    tell: Callable[[str, str], str]
    keywords: str
    read: Callable[[re.Match[str]], str]
    type: MemoryType = MemoryType.CREATOR_ENTITY


def _compile(*patterns: str) -> tuple[re.Pattern[str], ...]:
    """Compile so that names keep their case and all else ignores it."""
    return tuple(
        re.compile(rf"(?i:{prefix})(?P<value>{value})(?i:{suffix})") for prefix, value, suffix in map(_split, patterns)
    )


def _split(pattern: str) -> tuple[str, str, str]:
    prefix, value, suffix = re.fullmatch(r"(.*)<(.*)>(.*)", pattern, re.DOTALL).groups()  # type: ignore[union-attr]  # every pattern has a value
    return prefix, value, suffix


RULES = (
    SlotRule(
        predicate="home town",
        patterns=_compile(
            rf"{NOT_OTHERS}\b(?:home(?: base| town)? is now |{I_HAVE} (?:just |finally |officially )*(?:moved|relocated) (?:from [\w ,]{{1,60}}? )?to |"
            rf"{I_AM} (?:now |currently )?(?:based|living) in |(?:i|we) (?:now )?live in |(?:^|[:!,;] ?)(?:just )?moved (?:house )?to |new home(?: base| town)?(?: is|:) |"
            rf"{MY} (?:new )?home(?: base| town)? is )(?:now )?(?:in )?<{PLACE}>",
            rf"\b<{PLACE}> is (?:now )?{MY} (?:new )?home(?: base| town)?\b",
            r"^i (?:now )?live in <[^\W\d_]{3,30}(?: [^\W\d_]{3,30})?> now\b[.!]*$",
        ),
        read=read_place,
        tell=lambda who, value: f"@{who} lives in {value}.",
        keywords="home town city place live lives living based located location moved residence",
    ),
    SlotRule(
        predicate="main sponsor",
        patterns=_compile(
            rf"{NOT_OTHERS}\b{SPONSOR}(?: is now| is|,|:| -| –)? (?:now )?(?:the )?<{NAME}>",
            rf"\b<{NAME}> (?:is|becomes|joins|joined)(?: now)?(?: as)? {MY} (?:new )?{SPONSOR}",
            rf"\b<{NAME}> (?:is|becomes|joins|joined)(?: now)?(?: as)? the (?:new )?{SPONSOR} of (?:the|my|our|this) (?:channel|show|stream|podcast)",
            r"\b<{NAME}> (?:now )?sponsors (?:me|us|(?:my|our|the|this) (?:channel|show|stream|podcast))\b".replace(
                "{NAME}", NAME
            ),
        ),
        read=read_name,
        tell=lambda who, value: f"@{who}'s main sponsor is {value}.",
        keywords="main sponsor sponsors sponsored sponsorship partner brand deal",
    ),
    SlotRule(
        predicate="posting schedule",
        patterns=_compile(
            r"\bnew (?:videos|episodes|streams|uploads|posts|recipes) (?:now )?(?:go up |drop |come out |land )?(?:is |are )?<(?:every|each|on) [\w ,&:]{1,120}>",
            r"\b(?:i|we)(?:['’]ll)? (?:now |will )?(?:stream|upload|post|go live) (?:now )?<(?:every|each|on) [\w ,&:]{1,120}>",
            rf"\b{MY} (?:new )?(?:posting|upload|streaming|stream) schedule (?:is|:)(?: now)? <[\w ,&:]{{1,120}}>",
            r"\bnew (?:(?:posting|upload|streaming|stream) )?schedule(?: is|[:,]) (?:(?:new )?(?:videos|episodes|streams|uploads|posts) )?(?:go up )?<(?:every|each|on) [\w ,&:]{1,120}>",
        ),
        read=read_schedule,
        tell=lambda who, value: f"@{who}'s posting schedule is {value}.",
        keywords="posting schedule upload uploads stream when days often publish new videos",
    ),
    SlotRule(
        predicate="camera",
        patterns=_compile(
            rf"\b{MY} (?:new |main )?camera is (?:now )?(?:the |a |an )?<{NAME}>",
            rf"\b(?:switched|moved|upgraded) (?:\w{{1,40}} )?(?:camera )?to (?:the |a |an )<{NAME}>",
            rf"\b(?:shooting|filming|(?:i|we) (?:now )?(?:film|shoot)) (?:everything )?(?:now )?(?:on|with) (?:the |a |an |my )<{NAME}>",
        ),
        read=read_camera,
        tell=lambda who, value: f"@{who} films with the {value}.",
        keywords="camera gear equipment film films filming shoot shooting use uses",
    ),
)

FAVOURITE = re.compile(
    rf"(?i:\b{MY} favou?rite (?P<what>[\w ]{{3,30}}?) (?:is|has to be)(?: now)? )(?!(?:the one|when|where|that|to|how)\b)(?P<value>[\w'’& -]{{2,60}})"
)


def find_statements(source: Source) -> Iterator[Candidate]:
    """Yield the slots a creator's own words fill."""
    for sentence in list_assertions(source.text):
        for rule in RULES:
            yield from _apply_rule(rule, sentence, source)
        yield from find_rates(sentence, source)
        yield from _find_favourites(sentence, source)


def _apply_rule(rule: SlotRule, sentence: str, source: Source) -> Iterator[Candidate]:
    for pattern in rule.patterns:
        for found in pattern.finditer(sentence):
            value = "" if is_negated(sentence[: found.start()]) else rule.read(found)
            if value:
                yield Candidate(
                    type=rule.type,
                    subject=source.handle,
                    predicate=rule.predicate,
                    value=value,
                    text=rule.tell(source.handle, value),
                    keywords=rule.keywords,
                    is_slot=True,
                    confidence=0.9,
                )
                return


def _find_favourites(sentence: str, source: Source) -> Iterator[Candidate]:
    found = FAVOURITE.search(sentence)
    if found and not is_negated(sentence[: found.start()]):
        what, value = found["what"].strip().lower(), trim_name(found["value"])
        yield Candidate(
            type=MemoryType.CREATOR_ENTITY,
            subject=source.handle,
            predicate=f"favourite {what}",
            value=value,
            text=f"@{source.handle}'s favourite {what} is {value}.",
            keywords="favourite favorite prefers likes loves preference",
            is_slot=True,
            confidence=0.8,
        )
