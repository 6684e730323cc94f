"""From text to index terms: normalised, split, stop words removed, stemmed by the text's language; names are kept.

The text alone decides: a question in Spanish and a message in Spanish give the same terms, on every store. What is not
certainly another language is analysed as English.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Any

import snowballstemmer

from veri.platform.text.function_words import FUNCTION_WORDS
from veri.platform.text.languages import ENGLISH, detect_language
from veri.platform.text.stop_words import ENGLISH as ENGLISH_STOP_WORDS

ANALYSIS_VERSION = 3
LONGEST_TERM = 40
LONGEST_TEXT = 20_000  # characters; what lies beyond is not indexed
_WORD = re.compile(r"[^\W_]+(?:[.,][0-9]+)*(?:['’][^\W_]+)?")
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+")  # Thai, kana and Chinese signs
_SNOWBALL = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hi": "hindi",
    "id": "indonesian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}

SHORT = 80  # characters


def normalise(text: str) -> str:
    """Return text in compatibility form, case-folded, with accents removed and blanks collapsed."""
    if text.isascii():  # most text: nothing to decompose
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.split())


def analyse(text: str) -> list[str]:
    """Return the index terms of a text in order, repeats included."""
    return list(_analyse_short(text)) if len(text) <= SHORT else _analyse(text)


@lru_cache(maxsize=8_192)
def _analyse_short(text: str) -> tuple[str, ...]:
    """A question and its words are analysed in several places."""
    return tuple(_analyse(text))


def _analyse(text: str) -> list[str]:
    language = detect_language(text) or ENGLISH
    if text.isascii():
        return [term for word in list_words(text) if (term := _to_term(word, language))]
    return [term for word in list_words(text) for part in _divide(word) if (term := _to_term(part, language))]


def list_words(text: str) -> list[str]:
    """Return the normalised words of a text in order."""
    return _WORD.findall(normalise(text[:LONGEST_TEXT]))


def _divide(word: str) -> list[str]:
    """Return a word; of writing without blanks between words, its overlapping pairs of signs."""
    run = _UNSPACED.search(word)
    if run is None:
        return [word]
    signs = run[0]
    pairs = [signs[place : place + 2] for place in range(len(signs) - 1)] or [signs]
    return [*_split_rest(word[: run.start()]), *pairs, *_split_rest(word[run.end() :])]


def _split_rest(rest: str) -> list[str]:
    return [found for found in _UNSPACED.split(rest) if found]


@lru_cache(maxsize=100_000)
def _to_term(word: str, language: str) -> str:
    bare = word.replace("’", "'").removesuffix("'s").replace(",", "")
    stop_words = _get_stop_words(language)
    if bare in stop_words or word in stop_words:
        return ""
    stemmer = _get_stemmer(language)
    return str(stemmer(bare) if stemmer else bare)[:LONGEST_TERM]


@cache
def _get_stop_words(language: str) -> frozenset[str]:
    if language == ENGLISH:
        return ENGLISH_STOP_WORDS
    return frozenset(normalise(word) for word in FUNCTION_WORDS.get(language, ()))


@cache
def _get_stemmer(language: str) -> Any:
    """Return Snowball's stemmer of a language, or None; each loads with the first text in it."""
    return snowballstemmer.stemmer(_SNOWBALL[language]).stemWord if language in _SNOWBALL else None
