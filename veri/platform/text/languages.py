"""Which language a text is written in: by its script, and by its function words where several languages share one.

Chat messages have a handful of words, too few for statistics of letters: those call "gg everyone" Welsh. Function words
are certain or absent, and absent means: not known. Pure, without a model, some microseconds a text.
"""

import re
import unicodedata
from collections import Counter
from functools import cache

from veri.platform.text.function_words import FUNCTION_WORDS

ENGLISH = "en"
LONGEST_TEXT = 400  # characters; a beginning tells
LEAST_WORDS = 2  # different function words, or
LEAST_SHARE = 0.8  # this share of a shorter text
OVER_ENGLISH = 2  # times as many as English ones: names and titles in other languages stand in English texts
# Names of accounts and letters between digits are of no language, whatever function words they look like.
_MENTION = re.compile(r"@[\w.-]+")
_WORD = re.compile(r"(?<![^\W_])[^\W\d_]+(?:['’][^\W\d_]+)?(?![^\W_])")
_ASCII_LETTER = re.compile(r"[A-Za-z]")
# The first word of a letter's Unicode name, and the language when only one of those known here is written so.
_SCRIPTS = {
    "LATIN": "",
    "CYRILLIC": "",
    "ARABIC": "",
    "GREEK": "el",
    "HEBREW": "he",
    "DEVANAGARI": "hi",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "CJK": "zh",
    "THAI": "th",
}


def detect_language(text: str) -> str:
    """Return the ISO 639-1 code of a text's language, or '' when its words do not tell.

    Of two languages whose function words a text has as many of, neither is told. Latin text needs two different
    function words, or most of its words to be such; another language than English twice as many as English has there.
    """
    beginning = text[:LONGEST_TEXT]
    script = _find_script(beginning)
    if not script or _SCRIPTS[script]:
        return _SCRIPTS.get(script, "")
    words = [word.lower().replace("’", "'") for word in _WORD.findall(_MENTION.sub(" ", beginning))]
    return _choose(Counter(words), len(words))


def _choose(words: Counter[str], total: int) -> str:
    known = _index_words()
    votes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    for word, count in words.items():
        for language in known.get(word, ()):
            votes[language] += count
            kinds[language] += 1
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return ""
    language, count = ranked[0]
    if language != ENGLISH and count < OVER_ENGLISH * votes[ENGLISH]:
        return ""
    return language if kinds[language] >= LEAST_WORDS or count >= LEAST_SHARE * total else ""


def _find_script(text: str) -> str:
    """Return the script most letters are of; Japanese has Chinese signs too, so any of its own decide."""
    if text.isascii():
        return "LATIN" if _ASCII_LETTER.search(text) else ""
    counts = Counter(_name_script(char) for char in text if char.isalpha())
    counts.pop("", None)
    if not counts:
        return ""
    found = counts.most_common(1)[0][0]
    return "HIRAGANA" if found == "CJK" and (counts["HIRAGANA"] or counts["KATAKANA"]) else found


@cache
def _index_words() -> dict[str, tuple[str, ...]]:
    index: dict[str, tuple[str, ...]] = {}
    for language, words in FUNCTION_WORDS.items():
        for word in words:
            index[word] = (*index.get(word, ()), language)
    return index


@cache
def _name_script(char: str) -> str:
    script = unicodedata.name(char, "").split(" ")[0]
    return script if script in _SCRIPTS else ""
