"""What a language model stated of interactions, as a candidate memory. Pure: the statement was stored as a signal."""

from collections.abc import Mapping
from typing import Any

from memory.enums import MemoryType
from memory.extraction.candidates import Candidate, Source
from memory.extraction.statements import RULES

CONFIDENCE = 0.6
OF_A_SLOT = 0.7
_SLOTS = {rule.predicate: rule for rule in RULES}
_NAMES = ("type", "subject", "predicate", "value", "text")


def build_stated_candidate(*, source: Source, detail: Any) -> Candidate | None:
    """Return the candidate of a stored statement, or None when it has another shape than today's.

    A slot is filled only by what the creator said of himself: others, and what models make of their words, fill none.
    """
    if not isinstance(detail, Mapping) or not all(isinstance(detail.get(name), str) for name in _NAMES):
        return None
    if detail["type"] not in MemoryType.values:
        return None
    rule = _SLOTS.get(detail["predicate"]) if detail["subject"] == source.handle and source.is_own else None
    if rule is None and detail["predicate"] in _SLOTS:
        return None
    return Candidate(
        type=MemoryType(detail["type"]),
        subject=detail["subject"],
        predicate=detail["predicate"],
        value=detail["value"],
        text=rule.tell(source.handle, detail["value"]) if rule else detail["text"],
        keywords=rule.keywords if rule else "",
        is_slot=rule is not None,
        confidence=OF_A_SLOT if rule else CONFIDENCE,
    )
