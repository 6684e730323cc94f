"""Compare rows with the bytes of their documents.

What a row maps to is encoded as the driver would send it. Equal bytes are an equal document for certain and cost
nothing more; only others are decoded and compared field by field, so that a server which stores numbers in another
width costs time and never a false difference.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import bson
from bson.errors import InvalidDocument
from bson.int64 import Int64

from migration.enums import MismatchKind
from migration.errors import RowNotMappable
from migration.registry import DatasetSpec
from migration.services.relay import UNMAPPABLE
from migration.services.verification.differences import Difference, classify
from migration.stores import ledger, raw_documents
from migration.stores.rows import RowsRead

UNSENDABLE = (*UNMAPPABLE, InvalidDocument)


class Comparer:
    """Compares one dataset's rows and documents; learns whether the server widens integers."""

    def __init__(self, spec: DatasetSpec) -> None:
        self.spec = spec
        self._is_wide = False

    def compare(self, read: RowsRead, stored: Mapping[int, bytes]) -> list[Difference]:
        """Return what differs between rows and the documents of the same keys."""
        found = [Difference(key=key, kind=MismatchKind.UNMAPPABLE) for key in read.unreadable]
        for key, row in read.rows.items():
            difference = self._compare(key, row, stored.get(key))
            if difference is not None:
                found.append(difference)
        return found + list(self._find_extras(stored.keys() - read.rows.keys() - read.unreadable.keys(), stored))

    def _compare(self, key: int, row: Mapping[str, Any], raw: bytes | None) -> Difference | None:
        try:
            expected = self.spec.mapper.to_document(row)
            if raw == self._encode(expected):
                return None
        except UNSENDABLE as error:
            return Difference(key=key, kind=MismatchKind.UNMAPPABLE, fields=_name_field(self.spec, error), row=row)
        document = raw_documents.decode(raw) if raw is not None else None
        if raw is None or document is None or raw_documents.is_tombstone(document):
            return Difference(key=key, kind=MismatchKind.MISSING, row=row, document=document)
        differing = self.spec.mapper.compare(row, document)
        if not differing:
            self._learn(expected, raw)
            return None
        kind = classify(differing, row=row, document=document)
        return Difference(key=key, kind=kind, fields=tuple(one.name for one in differing), row=row, document=document)

    def _find_extras(self, keys: set[int], stored: Mapping[int, bytes]) -> Iterator[Difference]:
        live = {key: raw_documents.decode(stored[key]) for key in keys}
        live = {key: one for key, one in live.items() if not raw_documents.is_tombstone(one)}
        deleted = ledger.find_deleted(self.spec, keys=list(live))
        for key, document in live.items():
            kind = MismatchKind.RESURRECTED if key in deleted else MismatchKind.EXTRA
            yield Difference(key=key, kind=kind, document=document)

    def _encode(self, document: dict[str, Any]) -> bytes:
        return bson.encode(_widen(document) if self._is_wide else document)

    def _learn(self, expected: dict[str, Any], raw: bytes) -> None:
        """Try the other width of integers next time when it would have matched this time."""
        if bson.encode(expected if self._is_wide else _widen(expected)) == raw:
            self._is_wide = not self._is_wide


def build_foreign(raw: bytes) -> Difference:
    """Return the difference of a document whose ``_id`` is no key."""
    document = raw_documents.decode(raw)
    return Difference(
        kind=MismatchKind.EXTRA, document_id=raw_documents.write_id(document.get("_id")), document=document
    )


def _widen(value: Any) -> Any:
    """Return a copy whose integers are 64 bits wide."""
    if isinstance(value, dict):
        return {name: _widen(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_widen(one) for one in value]
    return Int64(value) if type(value) is int else value


def _name_field(spec: DatasetSpec, error: Exception) -> tuple[str, ...]:
    """Return the field a mapper's refusal names first."""
    name = str(error).split(" ")[0]
    known = isinstance(error, RowNotMappable) and name in {one.name for one in spec.mapper.fields}
    return (name,) if known else ()
