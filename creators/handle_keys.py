"""What a handle is recognised by: handles that look alike have the same key, and only one of them can exist."""

import re
import unicodedata

from creators.confusables import compute_skeleton

HANDLE = re.compile(r"[a-z0-9_.]{3,30}\Z")
_SEPARATORS = str.maketrans("", "", "._-")


def compute_key(text: str) -> str:
    """Return casefold(skeleton(text without separators, after casefold(NFKC))).

    The last casefold matters: the skeleton of 0 is O. ``m`` has the skeleton ``rn``: what looks alike in print is one.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return compute_skeleton(folded.translate(_SEPARATORS)).casefold()


def is_handle(text: str) -> bool:
    """Return whether a text has the form of a handle: 3 to 30 of a-z, 0-9, underscore and dot, with a key."""
    return bool(HANDLE.match(text)) and bool(compute_key(text))
