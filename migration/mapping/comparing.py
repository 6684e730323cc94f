"""Compare one field of a row with the same field of a document: the same, or bent in which way."""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from migration.mapping.fields import Kind, canonicalise

SINGLE_PRECISION = 1e-6  # relative; what a number loses on its way through 32 bits


class Bend(StrEnum):
    """How a field differs."""

    TYPE = "type"  # another type, or no such field
    PRECISION = "precision"  # the same instant or number, less exact
    CONTENT = "content"


def compare_field(kind: Kind, value: object, stored: Mapping[str, Any], name: str) -> Bend | None:
    """Return how a document's field differs from the row's value; None when it does not."""
    if name not in stored:
        return Bend.TYPE
    found = stored[name]
    wanted, form = canonicalise(kind, value), canonicalise(kind, found)
    if wanted == form or (kind is Kind.JSON and wanted[:1] == form[:1] == b"j" and is_same_json(value, found)):
        return None
    if form[:1] == b"!":
        return Bend.TYPE
    return Bend.PRECISION if _is_nearly(value, found) else Bend.CONTENT


def compare_value(value: object, document: Mapping[str, Any], name: str) -> Bend | None:
    """Return how a field no column stands for differs: derived fields, the stamp, the microseconds."""
    if name not in document:
        return Bend.TYPE
    if _freeze(value) == _freeze(document[name]):
        return None
    return Bend.CONTENT if _name_type(value) == _name_type(document[name]) else Bend.TYPE


def is_same_json(left: object, right: object) -> bool:
    """Return whether two JSON texts say the same: the order of keys is irrelevant, numbers keep every digit."""
    try:
        return _parse(str(left)) == _parse(str(right))
    except (ValueError, RecursionError):
        return False


def _parse(text: str) -> object:
    """Return a JSON text's value with its numbers as marked texts: 1.10 is not 1.1, and 1 is neither 1.0 nor true."""
    return _freeze(json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_Number))


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


def _freeze(value: object) -> object:
    """Return a form that is equal only for equal types and values, whatever the order of keys."""
    if isinstance(value, Mapping):
        return ("{}", frozenset((str(name), _freeze(one)) for name, one in value.items()))
    if isinstance(value, list | tuple):
        return ("[]", tuple(_freeze(one) for one in value))
    return (_name_type(value), repr(value))


def _name_type(value: object) -> str:
    """Return a type's name; BSON's two widths of integers are one."""
    if isinstance(value, int) and not isinstance(value, bool):
        return "int"
    return type(value).__name__


def _is_nearly(value: object, found: object) -> bool:
    """Return whether two values are the same instant to the millisecond, or the same number to single precision."""
    if isinstance(value, datetime) and isinstance(found, datetime):
        return value.replace(microsecond=value.microsecond // 1000 * 1000) == found.replace(
            microsecond=found.microsecond // 1000 * 1000
        )
    if isinstance(value, float) and isinstance(found, float):
        return math.isclose(value, found, rel_tol=SINGLE_PRECISION)
    return False
