"""From text to index terms: normalised, split, stop words removed, stemmed (Snowball English); names are kept."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer

from veri.platform.text.stop_words import ENGLISH

ANALYSIS_VERSION = 1
LONGEST_TERM = 40
LONGEST_TEXT = 20_000  # characters; what lies beyond is not indexed
_WORD = re.compile(r"[^\W_]+(?:[.,][0-9]+)*(?:['’][^\W_]+)?")
_stem = snowballstemmer.stemmer("english").stemWord


def normalise(text: str) -> str:
    """Return text in compatibility form, case-folded, with accents removed and blanks collapsed."""
    if text.isascii():  # most text: nothing to decompose
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(plain.split())


def analyse(text: str) -> list[str]:
    """Return the index terms of a text in order, repeats included."""
    return [term for word in list_words(text) if (term := _to_term(word))]


def list_words(text: str) -> list[str]:
    """Return the normalised words of a text in order."""
    return _WORD.findall(normalise(text[:LONGEST_TEXT]))


@lru_cache(maxsize=100_000)
def _to_term(word: str) -> str:
    bare = word.replace("’", "'").removesuffix("'s").replace(",", "")
    if bare in ENGLISH or word in ENGLISH:
        return ""
    return str(_stem(bare))[:LONGEST_TERM]
