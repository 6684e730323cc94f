"""Fees and deadlines of dealings with brands; several values of one kind are kept side by side for a person."""

import re
from collections.abc import Iterator

from memory.enums import MemoryType
from memory.extraction.amounts import write_amount
from memory.extraction.assertions import is_hearsay
from memory.extraction.candidates import Candidate, Source
from memory.extraction.dates import list_days
from memory.extraction.phrases import AMOUNT, split_sentences

_AGREED = re.compile(
    rf"(?i)\b(?:(?:we(?:['’]ve| have)? )?agreed (?:on|to|upon)|(?:confirm(?:ed|ing)?|locked in) (?:a |the )?(?:fee|price|rate|budget) (?:of|at)|the (?:agreed )?(?:fee|budget) is(?: set at)?|deal is(?: set at)?) (?P<value>{AMOUNT})"
)
_OFFERED = re.compile(
    rf"(?i)\b(?:(?:we(?:['’]d| would)? (?:like to |can |could )?)?(?:offer(?:ing|ed|s)?|propos(?:e|ed|ing)) (?:you )?(?:a (?:flat )?(?:fee|budget|payment) of |up to )?|(?:our|the) (?:offer|budget) (?:is|would be) )(?P<value>{AMOUNT})"
)
_DUE = re.compile(
    r"(?i)\b(?:deadline(?: (?:for|of) (?:the |your )?(?P<what>[\w -]{1,40}?))?(?: (?:is|was|stays|moved to|extended to|now)\b|:)|(?:the |your |our )?(?P<thing>draft|video|script|reel|story|post|deliverables?|content|invoice|first cut|final cut)s? (?:is |are |must be |needs to be )?(?:due|delivered|submitted|sent)(?: (?:on|by|before|until))?\b|due (?:on|by|date(?: is|:)))"
)

_BELONGS = re.compile(r"(?i) (?:of|for|with|from|in)\b.*")


def find_deal_facts(source: Source, brand: str, text: str) -> Iterator[Candidate]:
    """Yield fees agreed or offered and deadlines that a message on business names, for its brand."""
    for sentence in split_sentences(text):
        if sentence.endswith("?") or is_hearsay(sentence):
            continue
        yield from _find_fees(sentence, source, brand)
        yield from _find_deadlines(sentence, source, brand)


def _find_fees(sentence: str, source: Source, brand: str) -> Iterator[Candidate]:
    for pattern, predicate, tells in ((_AGREED, "agreed fee", "agreed on"), (_OFFERED, "offered fee", "offered")):
        found = pattern.search(sentence)
        if found:
            value = write_amount(found["value"].strip())
            who = f"@{source.handle} and {brand}" if predicate == "agreed fee" else brand
            yield Candidate(
                type=MemoryType.CAMPAIGN_EPISODIC,
                subject=brand,
                predicate=predicate,
                value=value,
                text=f"{who} {tells} {value}: “{sentence[:300]}”",
                keywords="fee price money deal offer budget paid pay amount campaign brand",
                confidence=0.8,
            )
            return


def _find_deadlines(sentence: str, source: Source, brand: str) -> Iterator[Candidate]:
    found = _DUE.search(sentence)
    days = list_days(sentence[found.start() :]) if found else []
    if not (found and days):
        return
    what = " ".join(_BELONGS.sub("", found["what"] or found["thing"] or "").lower().split())
    predicate = f"deadline for {what}" if what else "deadline"
    day = days[0]
    yield Candidate(
        type=MemoryType.CAMPAIGN_EPISODIC,
        subject=brand,
        predicate=predicate,
        value=day.isoformat(),
        text=f"The {predicate} of the campaign with {brand} is {day.day} {day:%B %Y}.",
        keywords="deadline due date deliver until when campaign brand",
        confidence=0.85,
    )
