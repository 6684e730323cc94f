"""One pure, typed, versioned mapper per dataset: row ↔ document, with a fingerprint of the canonical form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, TypeAlias

from migration.errors import RowNotMappable
from migration.mapping.fields import MISSING, Derived, Field, Kind, canonicalise

Row: TypeAlias = Mapping[str, Any]
Document: TypeAlias = dict[str, Any]
MILLISECOND = 1000  # microseconds; what BSON keeps


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that differs; ``is_type`` tells another type from another value."""

    name: str
    is_type: bool


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
        return {"id": document["_id"], "version": document.get("_mig", {}).get("v"), **row}

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
        """Return the fields in which a document differs from what its row maps to, the stamp included."""
        stored = self.to_row(document)
        differences = [
            FieldDifference(field.name, is_type=found[:1] in b"!?")
            for field in self.fields
            if (found := _find_form(field, stored)) != canonicalise(field.kind, row[field.name])
        ]
        expected = self.to_document(row)
        differences += [
            FieldDifference(name, is_type=False)
            for name in (*(extra.name for extra in self.derived), "_mig")
            if document.get(name) != expected[name]
        ]
        unknown = sorted(document.keys() - expected.keys())
        return differences + [FieldDifference(name, is_type=False) for name in unknown]


def _find_form(field: Field, row: Row) -> bytes:
    return canonicalise(field.kind, row[field.name]) if field.name in row else MISSING


def _write_instant(document: Document, name: str, value: datetime | None) -> None:
    document[name] = value
    document[f"{name}_us"] = value.microsecond % MILLISECOND if isinstance(value, datetime) else None


def _read_instant(document: Document, name: str) -> object:
    value, micros = document[name], document.get(f"{name}_us")
    if isinstance(value, datetime) and isinstance(micros, int) and 0 <= micros < MILLISECOND:
        return value.replace(microsecond=value.microsecond // MILLISECOND * MILLISECOND + micros)
    return value
