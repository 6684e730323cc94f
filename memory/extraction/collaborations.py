"""Memories of campaigns on Veri: their events carry facts, so nothing has to be guessed from words."""

from collections.abc import Iterator

from memory.enums import MemoryType
from memory.extraction.candidates import Candidate, Source
from memory.extraction.phrases import say_date

PLATFORM = "campaign"
# By action: what the memory of the step is called. The names are those of steps read from mails.
_STEPS = {
    "accept": "terms agreed",
    "amend": "terms agreed",
    "sign": "contract signed",
    "fund": "funds held",
    "submit": "delivered",
    "approve": "approved",
    "publish": "published",
    "release": "fee released",
    "pay": "paid",
    "cancel": "cancelled",
    "refund": "refunded",
    "report": "result",
}
_DEALINGS = {
    "offer": "offered",
    "counter": "negotiated",
    "decline": "declined",
    "expire": "let an offer lapse",
    "request_changes": "asked for changes",
    "dispute": "disputed",
    "resolve": "settled a dispute",
}
_CERTAIN = 0.95


def find_collaboration_facts(source: Source) -> Iterator[Candidate]:
    """Yield the step or dealing an event tells of, where the collaboration stands, and the fee agreed on."""
    facts = source.payload
    brand, title, action = (str(facts.get(name, "")) for name in ("brand", "title", "action"))
    if not (brand and title and action):
        return
    when = say_date(source.occurred_at)
    told = f"{source.text.rstrip('.')} ({when})."
    if action in _STEPS:
        step, value = _STEPS[action], f"{title}: {_STEPS[action]} on {source.occurred_at:%Y-%m-%d}"
        yield _make(MemoryType.CAMPAIGN_EPISODIC, brand, f"campaign {step}", value, told)
    elif action in _DEALINGS:
        value = f"{title}: {facts.get('amount', '')} on {source.occurred_at:%Y-%m-%d}"
        yield _make(MemoryType.BRAND_INTERACTION, brand, _DEALINGS[action], value, told)
    if action in ("accept", "amend"):
        yield _make(
            MemoryType.CAMPAIGN_EPISODIC,
            brand,
            f"agreed fee of {title}",
            str(facts.get("amount", "")),
            f"The fee agreed with {brand} for the campaign “{title}” is {facts.get('amount', '')}.",
            is_slot=True,
        )
    if facts.get("state") and action != "report":
        yield _make(
            MemoryType.CAMPAIGN_EPISODIC,
            brand,
            f"status of {title}",
            str(facts["state"]),
            f"The campaign “{title}” with {brand} is {facts['state']} since {when}.",
            is_slot=True,
        )


def _make(kind: MemoryType, brand: str, predicate: str, value: str, text: str, *, is_slot: bool = False) -> Candidate:
    return Candidate(
        type=kind,
        subject=brand[:120],
        predicate=predicate[:120],
        value=value[:200],
        text=text,
        keywords="campaign deal brand collaboration fee money",
        is_slot=is_slot,
        confidence=_CERTAIN,
    )
