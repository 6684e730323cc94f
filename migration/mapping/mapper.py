"""One pure, typed, versioned mapper per dataset: row ↔ document, with a fingerprint of the canonical form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeAlias

from migration.errors import RowNotMappable
from migration.mapping.comparing import Bend, compare_field, compare_value
from migration.mapping.fields import Derived, Field, Kind, canonicalise

Row: TypeAlias = Mapping[str, Any]
Document: TypeAlias = dict[str, Any]
MILLISECOND = 1000  # microseconds; what BSON keeps


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that differs, and how."""

    name: str
    bend: Bend

    @property
    def is_type(self) -> bool:
        return self.bend is Bend.TYPE


class Mapper:
    """Map rows with columns ``id``, ``version`` and the fields to documents ``_id``, ``_mig`` and the fields.

    ``_mig`` is ``{v: row version, h: fingerprint, m: mapper version}``. Raise the version with every change of the
    fields or of a derived field's function.
    """

    def __init__(self, *, version: int, fields: Sequence[Field], derived: Sequence[Derived] = ()) -> None:
        self.version = version
        self.fields = tuple(fields)
        self.derived = tuple(derived)
        self._plain = tuple(field for field in fields if field.kind is not Kind.TIMESTAMP)
        self._instants = tuple(field.name for field in fields if field.kind is Kind.TIMESTAMP)
        self._person = b"veri-mapper-%d" % version

    def to_document(self, row: Row) -> Document:
        """Return the stamped document of a row.

        Raises:
            RowNotMappable: when a value has another type than its field declares.
        """
        document: Document = {"_id": row["id"]}
        for field in self._plain:
            value = row[field.name]
            document[field.name] = bytes(value) if isinstance(value, memoryview) else value
        for name in self._instants:
            _write_instant(document, name, row[name])
        for extra in self.derived:
            document[extra.name] = extra.compute(row)
        document["_mig"] = {"v": row["version"], "h": self.fingerprint(row), "m": self.version}
        return document

    def to_row(self, document: Document) -> dict[str, Any]:
        """Return the row of a document; fields it lacks are left out."""
        row = {field.name: document[field.name] for field in self._plain if field.name in document}
        row.update({name: _read_instant(document, name) for name in self._instants if name in document})
        stamp = document.get("_mig")
        version = stamp.get("v") if isinstance(stamp, dict) else None
        return {"id": document["_id"], "version": version, **row}

    def fingerprint(self, row: Row) -> str:
        """Return 32 hex digits: BLAKE2b-128 over the length-prefixed canonical fields, keyed by mapper version."""
        digest = blake2b(digest_size=16, person=self._person)
        for field in self.fields:
            form = canonicalise(field.kind, row[field.name])
            if form[:1] == b"!":
                raise RowNotMappable(f"{field.name} is no {field.kind}")
            digest.update(b"%d:" % len(form))
            digest.update(form)
        return digest.hexdigest()

    def compare(self, row: Row, document: Document) -> list[FieldDifference]:
        """Return the fields in which a document differs from what its row maps to, the stamp included.

        Raises:
            RowNotMappable: when the row has no document to compare with.
        """
        stored, expected = self.to_row(document), self.to_document(row)
        found = [(field.name, compare_field(field.kind, row[field.name], stored, field.name)) for field in self.fields]
        found += [(name, _compare_microseconds(expected, document, name)) for name in self._instants]
        found += [
            (name, compare_value(expected[name], document, name))
            for name in (*(extra.name for extra in self.derived), "_mig")
        ]
        found += [(name, Bend.CONTENT) for name in sorted(document.keys() - expected.keys())]
        return [FieldDifference(name, bend) for name, bend in _drop_repeated(found)]


def _compare_microseconds(expected: Document, document: Document, name: str) -> Bend | None:
    beside = f"{name}_us"
    bend = compare_value(expected[beside], document, beside)
    return Bend.PRECISION if bend is Bend.CONTENT else bend


def _drop_repeated(found: Sequence[tuple[str, Bend | None]]) -> list[tuple[str, Bend]]:
    """Return each name once, with the first way in which it differs."""
    first: dict[str, Bend] = {}
    for name, bend in found:
        if bend is not None:
            first.setdefault(name, bend)
    return list(first.items())


def _write_instant(document: Document, name: str, value: datetime | None) -> None:
    document[name] = value
    document[f"{name}_us"] = value.microsecond % MILLISECOND if isinstance(value, datetime) else None


def _read_instant(document: Document, name: str) -> object:
    value, micros = document[name], document.get(f"{name}_us")
    if isinstance(value, datetime) and isinstance(micros, int) and 0 <= micros < MILLISECOND:
        return value.replace(microsecond=value.microsecond // MILLISECOND * MILLISECOND + micros)
    return value
