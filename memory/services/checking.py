"""What a model wrote is released sentence by sentence: when its citations exist and its numbers stand in them.

Nothing a model was talked into gets further than this: a sentence without evidence of this creator is withheld.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from memory.queries.hits import Hit
from memory.services.prompting import describe_hit
from memory.stores import Target

_CITATION = re.compile(r"\[(memory|interaction):([0-9]{1,19})\]")
_NUMBER = re.compile(r"[0-9]+(?:[.,' \u00a0\u202f][0-9]{3})*(?:[.,][0-9]+)?")
_MARKUP = re.compile(r"<[^>]*>|!?\[[^\]]*\]\([^)]*\)|https?://\S+")


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence and what it rests on; at least one citation, except for an honest "nothing known"."""

    text: str
    citations: tuple[Target, ...]


def check_sentences(lines: Iterable[str], *, hits: Sequence[Hit], question: str = "") -> Iterator[Sentence]:
    """Yield the sentences whose citations all exist among the evidence and whose numbers all stand in what they cite.

    A number of the question may be repeated. Links and markup that no evidence holds are withheld with their sentence.
    """
    known = {one.target: one for one in hits}
    for line in lines:
        cited = tuple(dict.fromkeys(Target(kind, int(pk)) for kind, pk in _CITATION.findall(line)))
        text = re.sub(r"\s+([.!?,])", r"\1", _CITATION.sub("", line)).strip()
        if not text or not cited or not known.keys() >= set(cited):
            continue
        told = " ".join(describe_hit(known[one]) for one in cited)
        if list_numbers(text) <= list_numbers(f"{told} {question}") and all(
            found[0] in told for found in _MARKUP.finditer(text)
        ):
            yield Sentence(text=text, citations=cited)


def list_numbers(text: str) -> frozenset[str]:
    """Return the numbers of a text without the ways of writing them: 1,800 and 1800.00 are one, $1.8k is another."""
    return frozenset(_normalise(found[0]) for found in _NUMBER.finditer(text))


def join_lines(parts: Iterable[str]) -> Iterator[str]:
    """Yield whole lines of a text that arrives in parts."""
    rest = ""
    for part in parts:
        *lines, rest = (rest + part).split("\n")
        yield from lines
    yield rest


def _normalise(number: str) -> str:
    whole = re.sub(r"[.,' \u00a0\u202f](?=[0-9]{3}(?![0-9]))", "", number).replace(",", ".")
    return (whole.rstrip("0").rstrip(".") if "." in whole else whole).lstrip("0") or "0"
