"""Typed fields: how one column travels to a document and back, and its canonical form.

Canonical forms are bytes ``tag + value``: equal exactly when type and value are equal. Null has a form of its own, so a
missing field, a null and an empty text all differ.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MISSING = b"?missing"
LOWEST_INTEGER, HIGHEST_INTEGER = -(2**63), 2**63 - 1


class Kind(StrEnum):
    """The type of a field, with its precision in MongoDB."""

    INTEGER = "integer"  # 64-bit
    BOOLEAN = "boolean"
    FLOAT = "float"  # compared by repr
    TEXT = "text"  # bytes exact
    JSON = "json"  # PostgreSQL's own canonical jsonb text, carried as text
    TIMESTAMP = "timestamp"  # milliseconds as BSON date, the remaining microseconds beside it
    TEXTS = "texts"  # ordered list of texts
    INTEGERS = "integers"  # ordered list of 64-bit integers
    BYTES = "bytes"


CONTENT_KINDS = frozenset({Kind.TEXT, Kind.TEXTS, Kind.JSON, Kind.BYTES})
PYTHON_TYPES: dict[Kind, type] = {
    Kind.INTEGER: int,
    Kind.BOOLEAN: bool,
    Kind.FLOAT: float,
    Kind.TEXT: str,
    Kind.JSON: str,
    Kind.TIMESTAMP: datetime,
    Kind.TEXTS: list,
    Kind.INTEGERS: list,
    Kind.BYTES: bytes,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A column and its document field of the same name; ``select`` is its SQL when the column alone will not do.

    The values of a private field are never kept in clear by verification: only their length and a hash. Content (texts,
    payloads, bytes) is private unless declared otherwise; ids, numbers, truth values and times are not.
    """

    name: str
    kind: Kind
    select: str = ""
    is_private: bool | None = None

    @property
    def hides_values(self) -> bool:
        return self.kind in CONTENT_KINDS if self.is_private is None else self.is_private

    @property
    def sql(self) -> str:
        default = f"{self.name}::text" if self.kind is Kind.JSON else self.name
        return f"{self.select or default} AS {self.name}"


@dataclass(frozen=True, slots=True)
class Derived:
    """A document field computed from the row by a pure function; rows have no such column."""

    name: str
    compute: Callable[[Mapping[str, Any]], Any]


def canonicalise(kind: Kind, value: object) -> bytes:
    """Return the canonical form of a value of PostgreSQL or MongoDB; another type gives another form."""
    if value is None:
        return b"0"
    if not _has_type(kind, value):
        return b"!" + type(value).__name__.encode() + repr(value).encode(errors="surrogatepass")
    return _FORMS[kind](value)


def _has_type(kind: Kind, value: object) -> bool:
    """Return whether a value is exactly of the kind's type, so that it survives the way to BSON and back.

    A truth value is no integer, and neither is a number beyond 64 bits; BSON's 64-bit integer is one. Texts that BSON
    calls code and bytes of another subtype are other types. An instant has a time zone.
    """
    if kind is Kind.INTEGER:
        return _is_integer(value)
    if kind is Kind.BYTES:
        return isinstance(value, bytes | memoryview) and not getattr(value, "subtype", 0)
    if kind is Kind.TIMESTAMP:
        return isinstance(value, datetime) and value.tzinfo is not None
    return type(value) is PYTHON_TYPES[kind]


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and LOWEST_INTEGER <= value <= HIGHEST_INTEGER


def _canonicalise_timestamp(value: Any) -> bytes:
    return b"t%d" % ((value - EPOCH) // MICROSECOND)


def _canonicalise_texts(value: Any) -> bytes:
    return b"a" + b"".join(_canonicalise_element(part) for part in value)


def _canonicalise_element(part: object) -> bytes:
    """Return a list's element with its length; what is no text begins with a sign no length begins with."""
    if type(part) is str:
        form = part.encode(errors="surrogatepass")
        return b"%d:%s" % (len(form), form)
    other = repr(part).encode()
    return b"!%d:%s" % (len(other), other)


def _canonicalise_integers(value: Any) -> bytes:
    return b"n" + b",".join(b"%d" % part if _is_integer(part) else b"!" + repr(part).encode() for part in value)


_FORMS: dict[Kind, Callable[[Any], bytes]] = {
    Kind.INTEGER: lambda value: b"i%d" % value,
    Kind.BOOLEAN: lambda value: b"b1" if value else b"b0",
    Kind.FLOAT: lambda value: b"f" + repr(value).encode(),
    Kind.TEXT: lambda value: b"s" + value.encode(errors="surrogatepass"),
    Kind.JSON: lambda value: b"j" + value.encode(errors="surrogatepass"),
    Kind.TIMESTAMP: _canonicalise_timestamp,
    Kind.TEXTS: _canonicalise_texts,
    Kind.INTEGERS: _canonicalise_integers,
    Kind.BYTES: lambda value: b"x" + bytes(value),
}
