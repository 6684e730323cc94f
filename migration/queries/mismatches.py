"""One mismatch field by field: what both stores hold now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from migration.errors import MigrationError
from migration.mapping.redaction import show_sides
from migration.models import ParityMismatch
from migration.registry import DatasetSpec, get_spec
from migration.stores import raw_documents, rows


@dataclass(frozen=True, kw_only=True)
class FieldPair:
    """A field's value in both stores, shortened or withheld for display."""

    name: str
    row_value: str
    document_value: str
    differs: bool
    was_reported: bool


@dataclass(frozen=True, kw_only=True)
class MismatchDetail:
    """Both sides as they are now, which may be later than the parity run."""

    has_row: bool
    has_document: bool
    row_version: int | None
    document_version: object
    fields: list[FieldPair]

    @property
    def differing(self) -> int:
        return sum(pair.differs for pair in self.fields)

    @property
    def agrees(self) -> bool:
        return self.has_row == self.has_document and self.differing == 0


def get_mismatch_detail(*, mismatch: ParityMismatch, with_content: bool) -> MismatchDetail:
    """Read the row and the document of a mismatch.

    Texts and payloads are shown up to 200 characters; without ``with_content`` only their length and a short hash,
    which still tells equal from different.

    Raises:
        UnknownDataset: when the code no longer has the dataset.
        PyMongoError: when MongoDB is away.
    """
    spec = get_spec(mismatch.run.dataset.name)
    row, document = _read_sides(spec, mismatch)
    names = _find_differing(spec, row, document)
    return MismatchDetail(
        has_row=row is not None,
        has_document=document is not None,
        row_version=row["version"] if row else None,
        document_version=_get_version(document),
        fields=_pair_fields(spec, row, document, names, set(mismatch.fields), with_content=with_content),
    )


def _read_sides(spec: DatasetSpec, mismatch: ParityMismatch) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    if mismatch.key is None:
        raw = raw_documents.find_foreign(spec, document_ids={mismatch.document_id}).get(mismatch.document_id)
        return None, raw_documents.decode(raw) if raw is not None else None
    stored = raw_documents.fetch_keys(spec, keys=[mismatch.key]).get(mismatch.key)
    document = raw_documents.decode(stored) if stored is not None else None
    row = rows.read_rows(spec, keys=[mismatch.key]).rows.get(mismatch.key)
    return row, None if document is None or raw_documents.is_tombstone(document) else document


def _get_version(document: Mapping[str, Any] | None) -> object:
    stamp = document.get("_mig") if document else None
    return stamp.get("v") if isinstance(stamp, dict) else None


def _find_differing(spec: DatasetSpec, row: Mapping[str, Any] | None, document: dict[str, Any] | None) -> set[str]:
    if row is None or document is None:
        return set() if row is document else {one.name for one in spec.mapper.fields}
    try:
        return {one.name for one in spec.mapper.compare(row, document)}
    except MigrationError:  # the row cannot be mapped, so nothing can be compared
        return {one.name for one in spec.mapper.fields}


def _pair_fields(
    spec: DatasetSpec,
    row: Mapping[str, Any] | None,
    document: dict[str, Any] | None,
    differing: set[str],
    reported: set[str],
    *,
    with_content: bool,
) -> list[FieldPair]:
    """Pair the declared fields, then what else differs: derived fields, the stamp, fields nobody declared."""
    hidden = {field.name: field.hides_values for field in spec.mapper.fields}
    declared = (row or {}, spec.mapper.to_row(document) if document else {})
    others = (_map_or_nothing(spec, row), document or {})

    def pair(name: str, sides: tuple[Mapping[str, Any], Mapping[str, Any]], *, is_content: bool) -> FieldPair:
        left, right = show_sides(name, *sides, hide=is_content and not with_content)
        differs, was_reported = name in differing, name in reported
        return FieldPair(name=name, row_value=left, document_value=right, differs=differs, was_reported=was_reported)

    return [pair(name, declared, is_content=is_content) for name, is_content in hidden.items()] + [
        pair(name, others, is_content=name != "_mig") for name in sorted((differing | reported) - hidden.keys())
    ]


def _map_or_nothing(spec: DatasetSpec, row: Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        return spec.mapper.to_document(row) if row else {}
    except MigrationError:
        return {}
