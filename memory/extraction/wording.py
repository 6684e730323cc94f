"""When two statements say the same in other words, and when they contradict each other."""

import re
from dataclasses import dataclass

from veri.platform.text import analyse, normalise

NEAR = 0.8  # Jaccard similarity of terms
# Their values are made by a template: another value is another fact, however alike the words are.
_TEMPLATED = (
    *("published on ", "campaign ", "workflow ", "feels about ", "makes content about", "has visited", "deadline"),
    *("agreed fee", "offered fee", "works with", "observation"),
)
_QUOTING = frozenset({"wrote", "was written to"})  # whoever writes twice does not contradict himself
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][\w'’&.-]*")
_NEGATION = re.compile(
    r"(?i)\b(?:not|no|never|none|nothing|nobody|without|stopped|refuses?|hates?|dislikes?|avoids?)\b|n['’]t\b"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """What a statement is compared by: terms, and what must not differ between statements that say the same."""

    plain: str
    terms: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]
    is_negated: bool

    def says_the_same(self, other: "Wording") -> bool:
        """Return whether two statements are alike but for their words."""
        if self.plain == other.plain:
            return True
        fixed = (self.numbers, self.names, self.is_negated) == (other.numbers, other.names, other.is_negated)
        return fixed and _compare(self.terms, other.terms) >= NEAR

    def contradicts(self, other: "Wording") -> bool:
        """Return whether two statements are alike but for a number, or but for a denial."""
        if self.names != other.names:
            return False
        without = _compare(self.terms - self.numbers, other.terms - other.numbers)
        is_other_number = bool(self.numbers and other.numbers) and self.numbers != other.numbers
        if self.is_negated == other.is_negated:
            return is_other_number and without >= NEAR
        return self.numbers == other.numbers and without >= NEAR


def read_wording(value: str) -> Wording:
    """Return what a statement's value is compared by."""
    numbers = frozenset(_NUMBER.findall(value))
    plain = normalise(value)
    return Wording(
        plain=plain,
        terms=frozenset(analyse(_NEGATION.sub(" ", plain))),
        numbers=numbers,
        names=frozenset(normalise(one) for one in _NAME.findall(value)),
        is_negated=len(_NEGATION.findall(value)) % 2 == 1,
    )


def is_worded(predicate: str) -> bool:
    """Return whether a predicate's values are free wording, so that other words may say the same."""
    return not predicate.startswith(_TEMPLATED)


def may_contradict(predicate: str) -> bool:
    """Return whether two values of a predicate may exclude each other."""
    return predicate.startswith(("deadline", "agreed fee")) or (is_worded(predicate) and predicate not in _QUOTING)


def excludes_others(predicate: str) -> bool:
    """Return whether any two different values of a predicate exclude each other, where they are of one time."""
    return predicate.startswith(("deadline", "agreed fee"))


def _compare(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the Jaccard similarity of two sets; nothing resembles nothing."""
    together = len(one | other)
    return len(one & other) / together if together else 0.0
