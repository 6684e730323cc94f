"""X: timeline pages, activity envelopes, users and the legacy account-activity envelope."""

from typing import Any

from creators.enums import Platform
from creators.normalisers.envelope import Delivery, Envelope, build_envelope
from creators.normalisers.reading import read_records, read_text, read_value, require_instant
from creators.normalisers.x_legacy import is_legacy, normalise_legacy
from creators.normalisers.x_records import collect_authors, normalise_post, normalise_user

_X = Platform.X.value


def normalise_x(payload: dict[str, Any], delivery: Delivery) -> list[Envelope]:
    """Return the interactions of an activity envelope, a page of posts or users, or one record."""
    if read_text(payload, "data", "event_uuid"):
        return [_normalise_activity(payload, delivery)]
    if is_legacy(payload):
        return normalise_legacy(payload, delivery)
    paged = isinstance(payload.get("data"), dict | list)
    records = read_records(payload, "data") if paged else [payload]
    authors = collect_authors(payload.get("includes")) if paged else {}
    return [_normalise_record(record, authors, delivery) for record in records]


def _normalise_record(record: dict[str, Any], authors: dict[str, str], delivery: Delivery) -> Envelope:
    if "text" in record and "id" in record:
        return normalise_post(record, authors, delivery)
    if "username" in record:
        return normalise_user(record, delivery)
    return build_envelope(
        platform=_X,
        type=read_text(record, "type"),
        payload=record,
        occurred_at=require_instant(record.get("created_at"), delivery.sent_at),
    )


def _normalise_activity(payload: dict[str, Any], delivery: Delivery) -> Envelope:
    """Return one activity; ``event_uuid`` is a signed decimal string and the key for duplicates."""
    data: dict[str, Any] = payload["data"]
    body = read_value(data, "payload")
    event_type = read_text(data, "event_type")
    authors = collect_authors(data.get("includes"))
    author_id = read_text(body, "author_id") or read_text(body, "user_id") or read_text(body, "source", "id")
    return build_envelope(
        platform=_X,
        external_id=read_text(data, "event_uuid"),
        type=event_type,
        channel=read_text(data, "filter", "user_id") or author_id,
        author=authors.get(author_id, author_id),
        text=_write_activity(event_type, body),
        payload=payload,
        occurred_at=require_instant(
            read_value(body, "created_at"), read_value(body, "date_time"), data.get("created_at"), delivery.sent_at
        ),
    )


def _write_activity(event_type: str, body: Any) -> str:
    if event_type == "oauth.revoke":
        return f"The X account {read_text(body, 'user_id')} revoked this app's access"
    note = read_text(body, "note_post", "text") or read_text(body, "note_tweet", "text")
    return note or read_text(body, "text")
