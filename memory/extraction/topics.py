"""Topics: hashtags, and a small lexicon of what creators talk about."""

import re
from collections.abc import Iterator

from memory.enums import SignalKind
from memory.extraction.candidates import SignalFact, Source
from veri.platform.text import analyse

_HASHTAG = re.compile(r"#(\w{2,40})")
_LEXICON = {
    "cooking": "cook recipe kitchen bake bread sourdough pasta knife ingredient oven dinner chef soup dough",
    "gaming": "game gaming speedrun boss level console controller esport gameplay quest pixel indie",
    "travel": "travel trip hike hiking trail mountain flight hostel camping backpack route summit",
    "music": "music song album guitar synth piano concert playlist vinyl melody",
    "technology": "tech laptop software app phone gadget ai code coding keyboard",
    "photography": "photo photography camera lens aperture shutter",
    "audio": "audio microphone mic headphone sound podcast",
    "fitness": "fitness workout gym run running marathon yoga training",
    "fashion": "fashion outfit makeup style dress skincare",
    "editing": "edit editing thumbnail render colour grading cut",
    "community": "community subscriber follower fan member giveaway",
    "charity": "charity donate donation fundraiser",
}
_TOPIC_OF = {term: topic for topic, words in _LEXICON.items() for term in analyse(words)}


def find_topics(source: Source) -> Iterator[SignalFact]:
    """Yield hashtags and lexicon topics."""
    for topic in list_topics(source.text):
        yield SignalFact(kind=SignalKind.TOPIC, value=topic, extractor="topics.1")


def list_topics(text: str) -> list[str]:
    """Return topics in the order of their first mention."""
    tags = [tag.lower() for tag in _HASHTAG.findall(text)]
    known = [_TOPIC_OF[term] for term in analyse(text) if term in _TOPIC_OF]
    return list(dict.fromkeys(tags + known))
