"""Items from outside become rows to record, or named reasons why not."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from creators.enums import INGESTED_PLATFORMS, Platform
from creators.errors import PayloadNotUnderstood
from creators.normalisers import Delivery, Envelope, normalise
from creators.normalisers.envelope import MAX_EXTERNAL_ID, MAX_NAME, MAX_TYPE
from creators.services.documents import DocumentRefused, encode_document

FIELDS = frozenset(
    {
        "creator",
        "platform",
        "external_id",
        "type",
        "channel",
        "occurred_at",
        "author",
        "text",
        "attachments",
        "payload",
    }
)
MAX_TEXT_BYTES = 100 * 1024
MAX_PAYLOAD_BYTES = 256 * 1024
MAX_ATTACHMENTS_BYTES = 64 * 1024
MAX_RECORDS_PER_ITEM = 100
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
FUTURE_TOLERANCE = timedelta(minutes=5)

_LIMITS = {"external_id": MAX_EXTERNAL_ID, "type": MAX_TYPE, "channel": MAX_NAME, "author": MAX_NAME}
_TEXT_FIELDS = (*_LIMITS, "text")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One reason for refusing an item; ``field`` is empty when the item as a whole is at fault."""

    field: str
    reason: str


class ItemRejected(Exception):
    """An item cannot be recorded."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(f"{error.field}: {error.reason}" for error in errors))
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class ValidItem:
    """An item that may be recorded once its creator is known; a page holds several records."""

    handle: str
    envelopes: list[Envelope]


def validate_item(*, item: Any, now: datetime, creator: str = "") -> ValidItem:
    """Return the interactions of one item: its own fields, and what its payload says where they are absent.

    ``creator`` is the handle for items that name none.

    Raises:
        ItemRejected: with every reason found.
    """
    if not isinstance(item, dict):
        raise ItemRejected(FieldError("", "must be an object"))
    fields = {name: value for name, value in item.items() if value is not None}
    errors = _check_fields(fields, creator)
    if errors:
        raise ItemRejected(*errors)
    occurred_at = _read_occurred_at(fields)
    envelopes = _build_envelopes(fields, occurred_at)
    errors = [error for envelope in envelopes for error in _check_envelope(envelope, now)]
    if errors:
        raise ItemRejected(*errors[:10])
    return ValidItem(read_handle(fields.get("creator", creator)), envelopes)


def read_handle(text: str) -> str:
    """Return a handle as stored: lower case, without the leading @."""
    return text.strip().removeprefix("@").lower()


def _check_fields(fields: dict[str, Any], creator: str) -> list[FieldError]:
    errors = [FieldError(str(name)[:100], "unknown field") for name in fields if name not in FIELDS]
    given = fields.get("creator", creator)
    if not isinstance(given, str) or not given.strip():
        errors.append(FieldError("creator", "a creator's handle is required"))
    if not isinstance(fields.get("platform"), str) or fields["platform"] not in INGESTED_PLATFORMS:
        errors.append(FieldError("platform", f"must be one of {', '.join(INGESTED_PLATFORMS)}"))
    for name in _TEXT_FIELDS:
        if name in fields and not isinstance(fields[name], str):
            errors.append(FieldError(name, "must be a string"))
        elif name in _LIMITS and len(fields.get(name, "")) > _LIMITS[name]:
            errors.append(FieldError(name, f"longer than {_LIMITS[name]} characters"))
    if not isinstance(fields.get("attachments", []), list):
        errors.append(FieldError("attachments", "must be a list"))
    errors += [FieldError(name, "must not be empty") for name in ("external_id", "type") if _is_blank(fields.get(name))]
    return errors + _check_payload(fields)


def _is_blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()


def _check_payload(fields: dict[str, Any]) -> list[FieldError]:
    payload = fields.get("payload", {})
    if isinstance(payload, dict):
        return []
    if isinstance(payload, str) and fields.get("platform") == Platform.YOUTUBE:
        too_long = len(payload) > MAX_PAYLOAD_BYTES
        return [FieldError("payload", f"larger than {MAX_PAYLOAD_BYTES} bytes")] if too_long else []
    return [FieldError("payload", "must be an object")]


def _read_occurred_at(fields: dict[str, Any]) -> datetime | None:
    value = fields.get("occurred_at")
    if value is None:
        return None
    parsed = None
    if isinstance(value, str) and value[10:11] in {"T", "t", " "}:
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            parsed = None
    if parsed is None or parsed.tzinfo is None:
        raise ItemRejected(FieldError("occurred_at", "must be an ISO 8601 time with a zone, like 2026-05-14T09:30:00Z"))
    try:
        return parsed.astimezone(UTC)  # PostgreSQL takes offsets up to 15:59 only
    except OverflowError as error:
        raise ItemRejected(FieldError("occurred_at", "out of range")) from error


def _build_envelopes(fields: dict[str, Any], occurred_at: datetime | None) -> list[Envelope]:
    payload = fields.get("payload")
    complete = occurred_at is not None and {"external_id", "type", "text"} <= fields.keys()
    if payload and (isinstance(payload, str) or not complete):
        return _derive_envelopes(fields, payload, occurred_at)
    missing = [name for name in ("external_id", "type", "occurred_at") if name not in fields]
    if missing:
        raise ItemRejected(*(FieldError(name, "required, or a payload to read it from") for name in missing))
    return [_merge(fields, occurred_at, None)]


def _derive_envelopes(
    fields: dict[str, Any], payload: dict[str, Any] | str, occurred_at: datetime | None
) -> list[Envelope]:
    _check_document("payload", payload, MAX_PAYLOAD_BYTES)
    delivery = Delivery(sent_at=occurred_at)
    try:
        derived = normalise(platform=fields["platform"], payload=payload, delivery=delivery)
    except PayloadNotUnderstood as error:
        raise ItemRejected(FieldError("payload", str(error))) from error
    if len(derived) > MAX_RECORDS_PER_ITEM:
        raise ItemRejected(FieldError("payload", f"holds more than {MAX_RECORDS_PER_ITEM} records"))
    if len(derived) == 1:
        return [_merge(fields, occurred_at, derived[0])]
    given = [name for name in (*_TEXT_FIELDS, "attachments") if name in fields]
    if given:
        raise ItemRejected(*(FieldError(name, "cannot be given for a payload of several records") for name in given))
    return derived


def _merge(fields: dict[str, Any], occurred_at: datetime | None, derived: Envelope | None) -> Envelope:
    """Return an item's own fields over what its payload says."""
    base = derived or Envelope(
        platform=fields["platform"],
        external_id=fields["external_id"],
        type=fields["type"],
        channel="",
        author="",
        text="",
        attachments=[],
        payload=fields.get("payload", {}),
        occurred_at=occurred_at or EARLIEST,
    )
    return Envelope(
        platform=base.platform,
        external_id=fields.get("external_id", base.external_id),
        type=fields.get("type", base.type),
        channel=fields.get("channel", base.channel),
        author=fields.get("author", base.author),
        text=fields.get("text", base.text),
        attachments=fields.get("attachments", base.attachments),
        payload=base.payload,
        occurred_at=occurred_at or base.occurred_at,
    )


def _check_envelope(envelope: Envelope, now: datetime) -> list[FieldError]:
    errors = [error for name in _TEXT_FIELDS if (error := _check_text(name, getattr(envelope, name)))]
    if envelope.occurred_at < EARLIEST:
        errors.append(FieldError("occurred_at", "before 2000-01-01"))
    elif envelope.occurred_at > now + FUTURE_TOLERANCE:
        errors.append(FieldError("occurred_at", "more than 5 minutes in the future"))
    _check_document("attachments", envelope.attachments, MAX_ATTACHMENTS_BYTES)
    _check_document("payload", envelope.payload, MAX_PAYLOAD_BYTES)
    return errors


def _check_text(name: str, value: str) -> FieldError | None:
    if "\0" in value:
        return FieldError(name, "contains a NUL character")
    try:
        size = len(value) if value.isascii() else len(value.encode())
    except UnicodeEncodeError:
        return FieldError(name, "contains text that is not valid Unicode")
    return FieldError(name, f"larger than {MAX_TEXT_BYTES} bytes") if size > MAX_TEXT_BYTES else None


def _check_document(name: str, value: Any, limit: int) -> None:
    try:
        encoded = encode_document(value)
    except DocumentRefused as error:
        raise ItemRejected(FieldError(name, str(error))) from error
    if len(encoded) * 4 > limit and len(encoded.encode()) > limit:
        raise ItemRejected(FieldError(name, f"larger than {limit} bytes"))
