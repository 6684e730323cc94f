"""Campaign events and dealings with brands, from e-mails, chats and posts."""

import re
from collections.abc import Iterator

from memory.enums import MemoryType
from memory.extraction.brands import list_brands
from memory.extraction.candidates import Candidate, Source
from memory.extraction.phrases import say_date, split_sentences

_STEPS = {
    "brief received": re.compile(r"(?i)\bbrief\b"),
    "terms agreed": re.compile(r"(?i)\b(?:agreed on|we agreed|deal is|confirmed the fee)\b"),
    "contract signed": re.compile(r"(?i)\b(?:contract|agreement)\b.*\bsigned\b|\bsigned\b.*\b(?:contract|agreement)\b"),
    "delivered": re.compile(r"(?i)\b(?:delivered|submitted|handed in|draft sent|sent the draft)\b"),
    "approved": re.compile(r"(?i)\bapproved\b"),
    "paid": re.compile(
        r"(?i)\b(?:payment (?:received|arrived|sent)|invoice (?:\S+ )?(?:is )?paid|paid (?:the invoice|in full)|has been paid)\b"
    ),
}
_DEALINGS = {"email", "chat"}


def find_campaign_events(source: Source) -> Iterator[Candidate]:
    """Yield campaign steps with a known brand, and the dealings with brands in messages."""
    brands = list_brands(f"{source.channel}\n{source.text}")
    if not brands:
        return
    brand, when = brands[0], say_date(source.occurred_at)
    steps = [name for name, pattern in _STEPS.items() if pattern.search(source.text)]
    for step in steps:
        sentence = _choose_sentence(source.text, _STEPS[step])
        yield Candidate(
            type=MemoryType.CAMPAIGN_EPISODIC,
            subject=brand,
            predicate=f"campaign {step}",
            value=f"{step} on {source.occurred_at:%Y-%m-%d}",
            text=f"Campaign with {brand}, {step} on {when}: “{sentence}”",
            keywords="campaign deal brand",
            confidence=0.8,
        )
    if source.platform in _DEALINGS and not steps:
        yield Candidate(
            type=MemoryType.BRAND_INTERACTION,
            subject=brand,
            predicate="wrote" if not source.is_own else "was written to",
            value=split_sentences(source.text)[0][:160] if source.text.strip() else when,
            text=f"{brand} came up on {when}: “{source.text.strip()[:200]}”",
            keywords="brand contact message",
            confidence=0.7,
        )


def _choose_sentence(text: str, pattern: re.Pattern[str]) -> str:
    sentences = split_sentences(text)
    return next((one for one in sentences if pattern.search(one)), sentences[0] if sentences else "")[:300]
