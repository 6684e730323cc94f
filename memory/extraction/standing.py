"""How much a memory matters, and how long it keeps: by rule, from what it says alone.

From nothing else, so that the order of arrival, the clock and the evidence left do not change it.
"""

from math import log10

from memory.enums import MemoryType
from memory.extraction.amounts import parse_amount

# Days until nine tenths are retained: identity keeps for years, a production step for weeks.
STABILITY_DAYS = {
    MemoryType.CREATOR_ENTITY: 365.0,
    MemoryType.CAMPAIGN_EPISODIC: 180.0,
    MemoryType.CONTENT_KNOWLEDGE: 120.0,
    MemoryType.BRAND_INTERACTION: 90.0,
    MemoryType.WORKFLOW: 30.0,
}
_OF_TYPE = {
    MemoryType.CREATOR_ENTITY: 0.7,
    MemoryType.CAMPAIGN_EPISODIC: 0.6,
    MemoryType.BRAND_INTERACTION: 0.45,
    MemoryType.CONTENT_KNOWLEDGE: 0.4,
    MemoryType.WORKFLOW: 0.3,
}
# By the beginning of the predicate; the first that fits counts.
_OF_PREDICATE = (
    ("campaign contract signed", 0.9),
    ("campaign paid", 0.85),
    ("campaign terms agreed", 0.85),
    ("agreed fee", 0.85),
    ("deadline", 0.85),
    ("rate for ", 0.85),
    ("main sponsor", 0.9),
    ("home town", 0.8),
    ("opinion of ", 0.5),
    ("favourite ", 0.5),
    ("has visited", 0.4),
    ("published on ", 0.4),
)
_OF_AMOUNT = 0.02  # for each power of ten
_SLOT_LASTS = 2.0  # what holds until it is replaced


def rate_importance(*, type: str, predicate: str, value: str) -> float:  # noqa: A002  the field's name
    """Return 0 to 1: by type, sharpened by predicate, and a little more for larger amounts of money."""
    known = MemoryType(type)
    base = next((rating for start, rating in _OF_PREDICATE if predicate.startswith(start)), _OF_TYPE[known])
    amount = parse_amount(value)
    gain = _OF_AMOUNT * log10(float(amount[1])) if amount and amount[1] >= 1 else 0.0
    return round(min(1.0, base + gain), 4)


def get_stability_days(*, type: str, is_slot: bool) -> float:  # noqa: A002  the field's name
    """Return the days until nine tenths of a memory are retained."""
    return STABILITY_DAYS[MemoryType(type)] * (_SLOT_LASTS if is_slot else 1.0)
