"""Values as people may see them: content by length and hash, the rest in clear."""

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.conf import settings

LONGEST_SHOWN = 200
ABSENT = "—"


def show_value(values: Mapping[str, Any], name: str, *, hide: bool, with_type: bool = False) -> str:
    """Return one field of a row or document as text, shortened to 200 characters.

    Hidden, it is its length and a hash that tells equal from different and that nobody without this installation's
    secret can search for.
    """
    if name not in values:
        return ABSENT
    value = values[name]
    suffix = f" ({type(value).__name__})" if with_type else ""
    text = _format(value)
    if hide and value is not None:
        return f"withheld: {len(text)} characters, hash {_hash(text)}{suffix}"
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(text)} characters)"
    return shown + suffix


def show_sides(name: str, row: Mapping[str, Any], document: Mapping[str, Any], *, hide: bool) -> tuple[str, str]:
    """Return a field's value on both sides; the types are added where they differ."""
    types = {type(side[name]).__name__ for side in (row, document) if name in side}
    shown = [show_value(side, name, hide=hide, with_type=len(types) > 1) for side in (row, document)]
    return shown[0], shown[1]


def _hash(text: str) -> str:
    key = blake2b(settings.SECRET_KEY.encode(), digest_size=32).digest()
    return blake2b(text.encode(errors="surrogatepass"), key=key, digest_size=4).hexdigest()


def _format(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value if isinstance(value, str) else repr(value)
