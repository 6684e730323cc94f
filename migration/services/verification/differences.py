"""One key that differs: in which way, in which fields, between which versions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from migration.enums import MismatchKind
from migration.mapping import Bend, FieldDifference, Mapper
from migration.mapping.redaction import show_sides
from migration.registry import DatasetSpec

LONGEST_VERSIONS = 120
KINDS = {
    Bend.TYPE: MismatchKind.TYPE,
    Bend.PRECISION: MismatchKind.PRECISION,
    Bend.CONTENT: MismatchKind.CONTENT,
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A key, or the JSON of a foreign ``_id``; ``row`` and ``document`` are what was compared."""

    kind: MismatchKind
    key: int | None = None
    document_id: str = ""
    fields: tuple[str, ...] = ()
    row: Mapping[str, Any] | None = field(default=None, repr=False)
    document: Mapping[str, Any] | None = field(default=None, repr=False)

    @property
    def versions(self) -> str:
        """Return both versions: whoever sees the same ones twice has looked at the same row and document."""
        row = self.row["version"] if self.row is not None else ""
        return f"{row}/{get_version(self.document)!r}/{self.kind}/{','.join(self.fields)}"[:LONGEST_VERSIONS]

    def find_scope(self, spec: DatasetSpec) -> int | None:
        """Return the creator of the row, or the one the document names."""
        for side, key_name in ((self.row, "id"), (self.document, "_id")):
            name = key_name if spec.scope_column == "id" else spec.scope_column
            found = side.get(name) if side is not None else None
            if isinstance(found, int) and not isinstance(found, bool):
                return int(found)
        return None

    def describe(self, spec: DatasetSpec) -> list[dict[str, str]]:
        """Return field by field what both sides hold, as far as the field policy lets it be kept."""
        document = self.document or {}
        row, stored = self.row or {}, spec.mapper.to_row({"_id": None, **document})
        hidden = {one.name: one.hides_values for one in spec.mapper.fields}
        return [
            _describe(spec.mapper, name, row, stored, document, hide=hidden.get(name, True)) for name in self.fields
        ]


def classify(found: list[FieldDifference], *, row: Mapping[str, Any], document: Mapping[str, Any]) -> MismatchKind:
    """Return the kind of a document that differs from its row: an older version explains everything else."""
    stored = get_version(document)
    if isinstance(stored, int) and stored < row["version"]:
        return MismatchKind.STALE
    bends = {one.bend for one in found}
    return KINDS[next(bend for bend in (Bend.TYPE, Bend.CONTENT, Bend.PRECISION) if bend in bends)]


def get_version(document: Mapping[str, Any] | None) -> object:
    """Return the version a document carries; None when it carries no stamp of ours."""
    stamp = document.get("_mig") if document is not None else None
    return stamp.get("v") if isinstance(stamp, dict) else None


def _describe(
    mapper: Mapper,
    name: str,
    row: Mapping[str, Any],
    stored: Mapping[str, Any],
    document: Mapping[str, Any],
    *,
    hide: bool,
) -> dict[str, str]:
    is_declared = name in stored or name in row
    if name == "_mig":
        left, right = show_sides(name, {name: _stamp(mapper, row)} if row else {}, document, hide=False)
    elif is_declared:
        left, right = show_sides(name, row, stored, hide=hide)
    else:
        left, right = show_sides(name, _derive(mapper, name, row), document, hide=True)
    return {"field": name, "row": left, "document": right}


def _stamp(mapper: Mapper, row: Mapping[str, Any]) -> object:
    return mapper.to_document(row)["_mig"]


def _derive(mapper: Mapper, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {one.name: one.compute(row) for one in mapper.derived if one.name == name and row}
