"""Whether a text says that it is advertising: pure, by the words of ``data/disclosures.txt``."""

import re
import unicodedata
from functools import cache
from pathlib import Path

_WORDS = Path(__file__).parent / "data" / "disclosures.txt"
_HASHTAG = re.compile(r"[#＃](\w+)")


def find_disclosures(*texts: str) -> list[str]:
    """Return the words of disclosure that stand in texts, in the list's order; ``#ad`` is not found in ``#adventure``.

    A phrase that is denied where it stands ("no advertisement") still counts: people read it, we only look for words.
    """
    folded = [_fold(one) for one in texts if one]
    hashtags = {tag for one in folded for tag in _HASHTAG.findall(one)}
    found = []
    for word, folded_word, pattern in _list_words():
        if folded_word.startswith("#"):
            is_there = folded_word[1:] in hashtags
        else:
            is_there = any(pattern.search(one) for one in folded)
        if is_there:
            found.append(word)
    return list(dict.fromkeys(found))


@cache
def _list_words() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    lines = (line.split("\t", 1) for line in _WORDS.read_text().splitlines() if line and not line.startswith("# "))
    words = [word.strip() for _language, word in lines]
    return tuple((word, _fold(word), re.compile(rf"\b{re.escape(_fold(word))}\b")) for word in words)


def _fold(text: str) -> str:
    """Return a text without case, width and accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one))
