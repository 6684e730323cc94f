"""X's deprecated account-activity envelope: ``for_user_id`` and lists named ``*_events``."""

from typing import Any

from creators.enums import Platform
from creators.normalisers.envelope import Delivery, Envelope, build_envelope
from creators.normalisers.reading import read_first_text, read_records, read_text, read_value, require_instant


def is_legacy(payload: dict[str, Any]) -> bool:
    return bool({"for_user_id", "tweet_create_events", "user_event"} & payload.keys())


def normalise_legacy(payload: dict[str, Any], delivery: Delivery) -> list[Envelope]:
    """Return one interaction per event of every list; events of other kinds than posts keep their list's name."""
    names = sorted(name for name in payload if name.endswith("_events"))
    if not names:  # ``user_event`` (a revocation) and whatever else comes in this envelope
        return [_keep_raw(payload, delivery)]
    return [_normalise_event(payload, name, event, delivery) for name in names for event in read_records(payload, name)]


def _keep_raw(payload: dict[str, Any], delivery: Delivery) -> Envelope:
    revoked_at = read_value(payload, "user_event", "revoke", "date_time")
    return build_envelope(
        platform=Platform.X.value,
        type="unknown" if revoked_at is None else "oauth.revoke",
        channel=read_text(payload, "for_user_id"),
        payload=payload,
        occurred_at=require_instant(revoked_at, delivery.sent_at),
    )


def _normalise_event(payload: dict[str, Any], name: str, event: dict[str, Any], delivery: Delivery) -> Envelope:
    created = name == "tweet_create_events"
    author = read_text(event, "user", "screen_name") or read_text(event, "source", "screen_name")
    return build_envelope(
        platform=Platform.X.value,
        external_id=read_first_text(event, "id_str", "id"),
        type="post.create" if created else name.removesuffix("_events"),
        channel=read_text(payload, "for_user_id"),
        author=author or read_text(event, "user", "id_str"),
        text=read_text(event, "extended_tweet", "full_text") or read_first_text(event, "full_text", "text"),
        payload=event,
        occurred_at=require_instant(
            event.get("timestamp_ms"), event.get("created_timestamp"), event.get("created_at"), delivery.sent_at
        ),
    )
