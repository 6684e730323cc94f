"""One mismatch field by field: what both stores hold now."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    declared = {field.name: field.kind for field in spec.mapper.fields}
    stored = spec.mapper.to_row(document) if document else {}
    mapped = _map_or_nothing(spec, row)
    extra = sorted((differing | reported) - declared.keys())
    return [
        FieldPair(
            name=name,
            row_value=_show(row or {}, name, hide=not with_content and kind in CONTENT_KINDS),
            document_value=_show(stored, name, hide=not with_content and kind in CONTENT_KINDS),
            differs=name in differing,
            was_reported=name in reported,
        )
        for name, kind in declared.items()
    ] + [
        FieldPair(
            name=name,
            row_value=_show(mapped, name, hide=not with_content and name != "_mig"),
            document_value=_show(document or {}, name, hide=not with_content and name != "_mig"),
            differs=name in differing,
            was_reported=name in reported,
        )
        for name in extra
    ]


def _map_or_nothing(spec: DatasetSpec, row: Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        return spec.mapper.to_document(row) if row else {}
    except MigrationError:
        return {}


def _show(values: Mapping[str, Any], name: str, *, hide: bool) -> str:
    if name not in values:
        return ABSENT
    value = values[name]
    text = (
        bytes(value).hex()
        if isinstance(value, bytes | memoryview)
        else value
        if isinstance(value, str)
        else repr(value)
    )
    if hide and value is not None:
        digest = blake2b(text.encode(errors="surrogatepass"), digest_size=4).hexdigest()
        return f"withheld: {len(text)} characters, hash {digest}"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}… ({len(text)} characters)"
