"""JSON documents on their way into jsonb: whole, or refused with a reason."""

import json
import re
from typing import Any

import orjson

MAX_DEPTH = 200
# An odd number of backslashes before u0000: the escape itself, not the text of one.
_NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class DocumentRefused(ValueError):
    """A document PostgreSQL's jsonb cannot hold; the text says why."""


def encode_document(value: Any) -> str:
    """Return a value as JSON text that jsonb accepts unchanged, integers of any size included.

    Raises:
        DocumentRefused: NUL characters, lone surrogates, infinite numbers, or nesting beyond 200 levels.
    """
    try:
        encoded = orjson.dumps(value)
    except TypeError:  # also integers beyond 64 bits, which jsonb does hold
        encoded = _encode_slowly(value)
    if b"\\u0000" in encoded and _NUL_ESCAPE.search(encoded):
        raise DocumentRefused("contains a NUL character")
    return encoded.decode()


def _encode_slowly(value: Any) -> bytes:
    if _is_deeper(value, MAX_DEPTH):
        raise DocumentRefused(f"is nested deeper than {MAX_DEPTH} levels")
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError as error:
        raise DocumentRefused("contains text that is not valid Unicode") from error
    except (TypeError, ValueError) as error:
        raise DocumentRefused("cannot be written as JSON") from error


def _is_deeper(value: Any, limit: int) -> bool:
    """Walk level by level, not recursively: the depth is what may break recursion."""
    level = [value]
    for _ in range(limit):
        level = [child for node in level for child in _list_children(node)]
        if not level:
            return False
    return True


def _list_children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []
