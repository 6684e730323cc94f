"""What a creator charges for what: one slot per kind of work, amounts in one writing."""

import re
from collections.abc import Iterator

from memory.enums import MemoryType
from memory.extraction.amounts import write_amount
from memory.extraction.assertions import is_negated
from memory.extraction.candidates import Candidate, Source
from memory.extraction.phrases import AMOUNT

_MY_RATE = r"\b(?:my|our) (?:new |current |usual |standard )?(?:rate|price|fee)"
_WHAT = r"(?:for|per) (?:a |an |one |the )?(?P<what>[\w -]{1,60}?)"
_CHANGE = r"(?:is|goes|went|rises|rose|dropped|has gone)(?: now)?(?: up| down)?"
_ENDS = r"(?=[.,;!)]|$| from\b| starting\b| as of\b| and\b| plus\b| now\b| on my\b)"
_VALUE = rf"(?P<value>{AMOUNT})(?! ?(?:per|/) ?(?:\d|thousand|mille))"
_PATTERNS = tuple(
    re.compile(rf"(?i:{before}){_VALUE}{after}")
    for before, after in (
        (
            rf"{_MY_RATE}(?: {_WHAT})(?:,? (?:{_CHANGE}|will be)(?: (?:from (?:{AMOUNT}) )?(?:to|at))?|:) (?:now )?",
            "",
        ),
        (rf"{_MY_RATE} {_CHANGE}(?: (?:from (?:{AMOUNT}) )?(?:to|at))? (?:now )?", rf" (?i:{_WHAT}{_ENDS})"),
        (r"\b(?:i|we) (?:now )?charge ", rf" (?i:{_WHAT}{_ENDS})"),
    )
)
_ALSO = re.compile(rf"(?i:,? (?:and|or|plus) |[,;] ){_VALUE} (?i:{_WHAT}{_ENDS})")
_SAME_FORM = re.compile(r"(?:series|news|business|ss)\Z")


def find_rates(sentence: str, source: Source) -> Iterator[Candidate]:
    """Yield the rate a sentence states, and those it goes on to list."""
    for pattern in _PATTERNS:
        found = pattern.search(sentence)
        if found and not is_negated(sentence[: found.start()]):
            yield from _build(found, source)
            while found := _ALSO.match(sentence, found.end()):
                yield from _build(found, source)
            return


def name_work(written: str) -> str:
    """Return kinds of work in one writing: ``sponsored video`` for "Sponsored YouTube videos"."""
    words = re.sub(
        r"^(?:a|an|one|the) | (?:now|currently|right now)$| on (?:my|our|the) \w+$", "", written.lower().strip()
    ).split()
    if words and not _SAME_FORM.search(words[-1]):
        words[-1] = re.sub(r"(?<=[a-z])ies$", "y", words[-1]) if len(words[-1]) > 4 else words[-1]  # noqa: PLR2004  "ties"
        words[-1] = re.sub(r"(?<=[a-z]{2})s$", "", words[-1])
    # A video is one on YouTube unless said otherwise; a TikTok video or an Instagram story has its own price.
    return " ".join(word for word in words if word != "youtube" or words[-1] != "video")


def _build(found: re.Match[str], source: Source) -> Iterator[Candidate]:
    what, value = name_work(found["what"]), write_amount(found["value"].strip())
    if what:
        article = "an" if what[0] in "aeio" else "a"
        yield Candidate(
            type=MemoryType.CREATOR_ENTITY,
            subject=source.handle,
            predicate=f"rate for {what}",
            value=value,
            text=f"@{source.handle}'s rate for {article} {what} is {value}.",
            keywords="rate rates price fee charge charges cost costs sponsored pay money earn",
            is_slot=True,
            confidence=0.95,
        )
