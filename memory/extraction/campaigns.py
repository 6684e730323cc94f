"""Campaign events and dealings with brands, from e-mails, chats and posts."""

import re
from collections.abc import Iterator

from memory.enums import MemoryType
from memory.extraction.assertions import is_hearsay
from memory.extraction.brands import list_brands
from memory.extraction.candidates import Candidate, Source
from memory.extraction.deals import find_deal_facts
from memory.extraction.phrases import drop_quoted_mail, say_date, split_sentences

_STEPS = {
    "brief received": re.compile(r"(?i)\bbrief\b"),
    "terms agreed": re.compile(r"(?i)\b(?:agreed on|we agreed|deal is|confirmed the fee)\b"),
    "contract signed": re.compile(r"(?i)\b(?:contract|agreement)\b.*\bsigned\b|\bsigned\b.*\b(?:contract|agreement)\b"),
    "delivered": re.compile(r"(?i)\b(?:delivered|submitted|handed in|draft sent|sent the draft)\b"),
    "approved": re.compile(r"(?i)\bapproved\b"),
    "paid": re.compile(
        r"(?i)\b(?:payment\b[^.!?\n]{0,60}\b(?:received|arrived|sent|made)|invoice (?:\S+ )?(?:is )?paid|paid (?:the invoice|in full)|has been paid)\b"
    ),
}
_DEALINGS = {"email", "chat"}
_SENDER = re.compile(r"\((?P<firm>[A-Z][\w&' .-]{1,60})\)|@(?P<domain>[\w-]{2,60})\.[\w.-]{2,60}")
_OF_THE_AUTHOR = re.compile(r"(?i)\b(?:my|our) (?:[\w-]{1,30} ){0,3}sponsor")
_OF_OTHERS = re.compile(
    r"(?i)\b(?:his|her|their|your|(?!today|week|month|year|video|episode|stream|channel|series)\w{1,30}['’]s) (?:[\w-]{1,30} ){0,3}sponsor"
)
_MAIL_HOSTS = frozenset(
    "mail gmail googlemail outlook hotmail live yahoo icloud me proton protonmail gmx web aol fastmail posteo".split()  # noqa: SIM905  a list of names reads best as words
)


def find_campaign_events(source: Source) -> Iterator[Candidate]:
    """Yield campaign steps with a known brand, and the dealings with brands in messages; viewers have none."""
    if not (source.is_own or _is_business(source)):
        return
    text = drop_quoted_mail(source.text)
    named = list_brands(f"{source.channel}\n{_drop_foreign_sponsors(text, is_own=source.is_own)}")
    brands = named or _list_senders(source)
    if not brands:
        return
    brand, when = brands[0], say_date(source.occurred_at)
    yield from find_deal_facts(source, brand, text)
    steps = [name for name, pattern in _STEPS.items() if pattern.search(text)]
    for step in steps:
        sentence = _choose_sentence(text, _STEPS[step])
        yield Candidate(
            type=MemoryType.CAMPAIGN_EPISODIC,
            subject=brand,
            predicate=f"campaign {step}",
            value=f"{step} on {source.occurred_at:%Y-%m-%d}",
            text=f"Campaign with {brand}, {step} on {when}: “{sentence}”",
            keywords="campaign deal brand",
            confidence=0.8,
        )
    if source.platform in _DEALINGS and named and not steps:
        yield Candidate(
            type=MemoryType.BRAND_INTERACTION,
            subject=brand,
            predicate="wrote" if not source.is_own else "was written to",
            value=split_sentences(text)[0][:160] if text.strip() else when,
            text=f"{brand} came up on {when}: “{text.strip()[:200]}”",
            keywords="brand contact message",
            confidence=0.7,
        )


def _drop_foreign_sponsors(text: str, *, is_own: bool) -> str:
    """Return a message without hearsay, and without what it says of the sponsors of somebody else than the creator."""
    foreign = _OF_OTHERS if is_own else _OF_THE_AUTHOR
    return "\n".join(one for one in split_sentences(text) if not (is_hearsay(one) or foreign.search(one)))


def _is_business(source: Source) -> bool:
    """Return whether somebody else writes on business: by mail, or in a chat under a firm's name or address."""
    return source.platform == "email" or (source.platform == "chat" and bool(_list_senders(source)))


def _list_senders(source: Source) -> list[str]:
    """Return the firm an author writes for, as ``Lena (Ovenly)`` or ``lena@ovenly.example`` tell it."""
    found = None if source.is_own else _SENDER.search(source.author)
    if found is None or (found["domain"] or "").lower() in _MAIL_HOSTS:
        return []
    return [found["firm"] or found["domain"].capitalize()]


def _choose_sentence(text: str, pattern: re.Pattern[str]) -> str:
    sentences = split_sentences(text)
    return next((one for one in sentences if pattern.search(one)), sentences[0] if sentences else "")[:300]
