"""Skeletons of UTS #39: two texts that look alike have the same."""

import unicodedata
from functools import cache
from pathlib import Path

DATA_FILE = Path(__file__).parent / "data" / "confusables.txt"
UNICODE_VERSION = "17.0.0"


def compute_skeleton(text: str) -> str:
    """Return the internal skeleton (UTS #39, section 4): NFD, ignorable characters out, prototypes in, NFD.

    Confusables are Unicode 17's; normalisation is of the version Python was built with.
    """
    prototypes = _load_prototypes()
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFD", "".join(prototypes.get(one, one) for one in decomposed))


@cache
def _load_prototypes() -> dict[str, str]:
    """Return each confusable character's prototype; that of an ignorable one is nothing. Takes some 30 ms, once."""
    found: dict[str, str] = {}
    ignorable: list[str] = []
    for line in DATA_FILE.read_text(encoding="ascii").splitlines():
        target, _, sources = line.partition(":")
        if target == "ignorable":
            ignorable = sources.split()
        elif not line.startswith("#"):
            prototype = "".join(chr(int(point, 16)) for point in target.split())
            found.update((chr(int(point, 16)), prototype) for point in sources.split())
    for span in ignorable:
        first, last = (int(point, 16) for point in span.split("-"))
        found.update((chr(point), "") for point in range(first, last + 1))
    return found
