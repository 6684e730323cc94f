"""Answers straight from the evidence: sentences that each cite what exists."""

import re
from collections.abc import Sequence

from memory.enums import MemoryState
from memory.queries.hits import Hit
from memory.services.checking import Sentence
from memory.services.phrasing import NOTHING_KNOWN, choose_language, say_quote
from memory.services.prompting import list_current, tell_memory
from memory.stores import MemoryRecord
from veri.platform.text import analyse, normalise

LEAST_COVERAGE = 0.34  # of the question's weight: below, a hit shares only side words with the question
SENTENCES = 3
CLOSE = 0.55  # of the best score: what is further away answers something else
LONGEST_QUOTE = 300  # characters
_QUOTED = re.compile("[“„«]")


def choose_hits(hits: Sequence[Hit]) -> list[Hit]:
    """Return the hits that really speak of the question, best first."""
    relevant = [one for one in hits if one.coverage >= LEAST_COVERAGE]
    best = relevant[0].score if relevant else 0.0
    return [one for one in relevant if one.score >= CLOSE * best]


def extract_answer(*, question: str, hits: Sequence[Hit]) -> list[Sentence]:
    """Return up to three sentences copied from the evidence, each with its citation.

    A slot that answers says it all: what else matched are the messages it was formed from. When superseded values are
    among the hits the question was about the past, and the slot's values come in order of time.
    """
    chosen = choose_hits(hits)
    if chosen and chosen[0].memory and chosen[0].memory.is_slot:
        chosen = _list_values(hits, chosen[0].memory)
    else:  # "What did Acme offer?" asks of the past, but not of a value that held then
        chosen = [one for one in chosen if not (one.memory and one.memory.state == MemoryState.SUPERSEDED)]
    told: dict[str, Sentence] = {}
    for hit in chosen:
        text = _quote(hit, question)
        if not text:
            continue
        told.setdefault(normalise(_QUOTED.split(text)[-1]), Sentence(text=text, citations=(hit.target,)))
    return list(told.values())[:SENTENCES] or [say_nothing_known(question)]


def _list_values(hits: Sequence[Hit], slot: MemoryRecord) -> list[Hit]:
    """Return the hits that are values of one slot, the latest three, oldest first."""
    line = [
        (one.memory.valid_from, one)
        for one in hits
        if one.memory and (one.memory.subject, one.memory.predicate) == (slot.subject, slot.predicate)
    ]
    return [one for _, one in sorted(line, key=lambda pair: pair[0])[-SENTENCES:]]


def say_nothing_known(question: str = "") -> Sentence:
    return Sentence(text=NOTHING_KNOWN[choose_language(question)], citations=())


def _quote(hit: Hit, question: str) -> str:
    if hit.memory:
        return tell_memory(hit.memory)
    if hit.interaction is None:
        return hit.text
    wanted = set(analyse(question))
    sentences = list_current(hit)
    if not sentences:
        return ""
    best = max(sentences, key=lambda one: len(wanted.intersection(analyse(one))))
    return say_quote(
        language=choose_language(question),
        at=hit.interaction.occurred_at,
        author=hit.interaction.author,
        text=best[:LONGEST_QUOTE],
    )
