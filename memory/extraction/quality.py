"""How much a text says, from 0 to 1: spam, emotes and "first!" say nothing worth remembering."""

import re
from collections.abc import Iterator
from math import exp

from memory.enums import SignalKind
from memory.extraction.candidates import SignalFact, Source
from veri.platform.text import analyse

LOW = 0.1  # below, no memory forms
HIGH = 0.5
LONGEST_TEXT = 2_000  # characters read
TERMS = 5.0  # different terms after which much is said
OWN = 0.25  # the creator's and business words weigh more
SPAM = 0.05
_WORD = re.compile(r"[^\W_]+")
_EMOTE = re.compile(
    r"\b(?:LUL|LULW|KEKW|OMEGALUL|Kappa|KappaPride|PogChamp|Pog|POGGERS|monkaS|PepeHands|FeelsBadMan|FeelsGoodMan|BibleThump|NotLikeThis|ResidentSleeper|TriHard|catJAM|EZ|Clap)\b|:[a-z_]{2,30}:"
)
_EMPTY = re.compile(
    r"(?i)\W*(?:first(?: (?:comment|one|here))?|second|early|notification squad|who(?:'s| is) (?:here|watching)(?: in \d{4})?|like if you[^.!?]{0,60}|l+o+l+|lmao+|gg+|wp|f|w|pog+|hi+|hey+|hello)\W*"
)
_SPAM = re.compile(
    r"(?i)\b(?:sub ?(?:4|for) ?sub|follow ?(?:4|for) ?follow|follow me back|check (?:out )?my (?:channel|page|profile|bio)"
    r"|free (?:followers|subs|views|v-?bucks|robux|gift cards?)|(?:buy|cheap|get) (?:followers|subs|views)|dm me (?:to|for|on)"
    r"|(?:earn|make|made) \$?\d[\d,.]*k? ?(?:a|per) (?:day|week|hour)|(?:whats ?app|telegram) (?:me|\+?\d)|t\.me/|bit\.ly/"
    r"|crypto (?:signals?|giveaway)|double your (?:btc|bitcoin|eth|money)|hot singles|click (?:the|this|my) link)"
)
_RUN = re.compile(r"(.)\1{5,}")


def find_quality(source: Source) -> Iterator[SignalFact]:
    """Yield one rating of a text; what has none, like a snapshot of counts, is not rated."""
    if source.text.strip():
        score = rate_quality(source)
        value = "low" if score < LOW else "high" if score >= HIGH else "fair"
        yield SignalFact(kind=SignalKind.QUALITY, value=value, number=score, extractor="quality.1")


def rate_quality(source: Source) -> float:
    """Return the rating: by different terms, less what is signs, emotes and repetition; spam has next to none."""
    text = source.text[:LONGEST_TEXT]
    if not source.is_own and _SPAM.search(text):
        return SPAM
    if not source.is_own and _EMPTY.fullmatch(text.strip()):
        return 0.0
    plain = _EMOTE.sub(" ", text)
    words = _WORD.findall(plain)
    if not words:
        return 0.0
    terms = analyse(plain)
    said = 1 - exp(-len(set(terms)) / TERMS)
    lettered = sum(len(one) for one in words) / max(1, len("".join(text.split())))
    varied = len({one.lower() for one in words}) / len(words)
    calm = 0.5 if _RUN.search(text) else 1.0
    bonus = OWN if source.is_own else 0.0
    return round(min(1.0, said * lettered * (0.3 + 0.7 * varied) * calm + bonus), 4)
