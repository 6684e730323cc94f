"""One mismatch field by field: what both stores hold now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from migration.errors import MigrationError
from migration.mapping import Kind
from migration.models import ParityMismatch
from migration.registry import DatasetSpec, get_spec
from migration.stores import documents, rows

LONGEST_SHOWN = 200
ABSENT = "—"
CONTENT_KINDS = frozenset({Kind.TEXT, Kind.TEXTS, Kind.JSON, Kind.BYTES})


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
    row = rows.read_rows(spec, keys=[mismatch.key]).rows.get(mismatch.key)
    document = documents.read_documents(spec, keys=[mismatch.key]).get(mismatch.key)
    names = _find_differing(spec, row, document)
    return MismatchDetail(
        has_row=row is not None,
        has_document=document is not None,
        row_version=row["version"] if row else None,
        document_version=document.get("_mig", {}).get("v") if document else None,
        fields=_pair_fields(spec, row, document, names, set(mismatch.fields), with_content=with_content),
    )


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
    kinds = {field.name: field.kind for field in spec.mapper.fields}
    declared = (row or {}, spec.mapper.to_row(document) if document else {})
    others = (_map_or_nothing(spec, row), document or {})

    def pair(name: str, sides: tuple[Mapping[str, Any], Mapping[str, Any]], *, is_content: bool) -> FieldPair:
        left, right = _show_sides(name, sides, hide=is_content and not with_content)
        differs, was_reported = name in differing, name in reported
        return FieldPair(name=name, row_value=left, document_value=right, differs=differs, was_reported=was_reported)

    return [pair(name, declared, is_content=kind in CONTENT_KINDS) for name, kind in kinds.items()] + [
        pair(name, others, is_content=name != "_mig") for name in sorted((differing | reported) - kinds.keys())
    ]


def _map_or_nothing(spec: DatasetSpec, row: Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        return spec.mapper.to_document(row) if row else {}
    except MigrationError:
        return {}


def _show_sides(name: str, sides: tuple[Mapping[str, Any], Mapping[str, Any]], *, hide: bool) -> tuple[str, str]:
    """Return both values as text; their types are added where they differ."""
    present = [type(side[name]).__name__ for side in sides if name in side]
    with_type = len(set(present)) > 1
    left, right = (_show(side, name, hide=hide, with_type=with_type) for side in sides)
    return left, right


def _show(values: Mapping[str, Any], name: str, *, hide: bool, with_type: bool) -> str:
    if name not in values:
        return ABSENT
    value = values[name]
    suffix = f" ({type(value).__name__})" if with_type else ""
    text = _format(value)
    if hide and value is not None:
        digest = blake2b(text.encode(errors="surrogatepass"), digest_size=4).hexdigest()
        return f"withheld: {len(text)} characters, hash {digest}{suffix}"
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(text)} characters)"
    return shown + suffix


def _format(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value if isinstance(value, str) else repr(value)
