"""TikTok: videos, comments, user snapshots and webhooks whose content is JSON inside a string."""

from typing import Any

import orjson

from creators.enums import Platform
from creators.normalisers.envelope import Delivery, Envelope, build_envelope
from creators.normalisers.reading import (
    describe_counts,
    hash_payload,
    join_title,
    prefix_id,
    read_count,
    read_first_text,
    read_records,
    read_text,
    read_value,
    require_instant,
)

_TIKTOK = Platform.TIKTOK.value
_REMOVAL_REASONS = {
    0: "unknown",
    1: "the user disconnected the app",
    2: "the user deleted the account",
    3: "the user's age changed",
    4: "the account was banned",
    5: "the developer revoked it",
}


def normalise_tiktok(payload: dict[str, Any], delivery: Delivery) -> list[Envelope]:
    """Return the interactions of a webhook, a query's response, or one record."""
    if "event" in payload and "create_time" in payload:
        return [_normalise_webhook(payload, delivery)]
    data = payload.get("data")
    if not isinstance(data, dict) or not {"user", "videos", "comments"} & data.keys():
        return [_normalise_record(payload, delivery)]
    users, others = read_records(data, "user"), read_records(data, "videos") + read_records(data, "comments")
    return [_normalise_user(user, delivery) for user in users] + [_normalise_record(item, delivery) for item in others]


def _normalise_record(record: dict[str, Any], delivery: Delivery) -> Envelope:
    if "open_id" in record:
        return _normalise_user(record, delivery)
    if "video_id" in record and "text" in record:
        return _normalise_comment(record, delivery)
    known = "id" in record and ("title" in record or "video_description" in record or "create_time" in record)
    return build_envelope(
        platform=_TIKTOK,
        external_id=read_text(record, "id"),
        type="video" if known else read_text(record, "type"),
        channel=read_first_text(record, "username", "open_id"),
        author=read_first_text(record, "display_name", "username"),
        text=_describe_video(record) if known else "",
        attachments=[{"type": "video", "url": url}] if (url := read_text(record, "share_url")) else [],
        payload=record,
        occurred_at=require_instant(record.get("create_time"), delivery.sent_at),
    )


def _describe_video(record: dict[str, Any]) -> str:
    title, description = read_text(record, "title"), read_text(record, "video_description")
    return join_title(title=title, description="" if description == title else description)


def _normalise_comment(record: dict[str, Any], delivery: Delivery) -> Envelope:
    return build_envelope(
        platform=_TIKTOK,
        external_id=read_text(record, "id"),
        type="comment",
        channel=read_text(record, "video_id"),
        author=read_first_text(record, "display_name", "username"),
        text=read_text(record, "text"),
        payload=record,
        occurred_at=require_instant(record.get("create_time"), delivery.sent_at),
    )


def _normalise_user(record: dict[str, Any], delivery: Delivery) -> Envelope:
    occurred_at = require_instant(delivery.sent_at)
    name = read_first_text(record, "display_name", "username", "open_id")
    counts = describe_counts(
        {
            "followers": read_count(record, "follower_count"),
            "following": read_count(record, "following_count"),
            "likes": read_count(record, "likes_count"),
            "videos": read_count(record, "video_count"),
        }
    )
    return build_envelope(
        platform=_TIKTOK,
        external_id=prefix_id("user:", read_text(record, "open_id"), f"@{occurred_at:%Y-%m-%d}"),
        type="metrics.snapshot" if counts else "profile.snapshot",
        channel=read_first_text(record, "username", "open_id"),
        author=name,
        text=join_title(
            title=f"{name}: {counts}" if counts else name, description=read_text(record, "bio_description")
        ),
        payload=record,
        occurred_at=occurred_at,
    )


def _normalise_webhook(payload: dict[str, Any], delivery: Delivery) -> Envelope:
    """Return a webhook; it has no id, so event, user, time and content together are its key."""
    event = read_text(payload, "event")
    user = read_text(payload, "user_openid")
    key = [event, user, payload.get("create_time"), payload.get("content")]
    return build_envelope(
        platform=_TIKTOK,
        external_id=hash_payload(payload=key),
        type=event,
        channel=user,
        author=user,
        text=_write_webhook(event, _read_content(payload)),
        payload=payload,
        occurred_at=require_instant(payload.get("create_time"), delivery.sent_at),
    )


def _read_content(payload: dict[str, Any]) -> object:
    content = payload.get("content")
    if not isinstance(content, str):
        return content
    try:
        return orjson.loads(content)
    except ValueError:  # lone surrogates and broken JSON alike: the text itself stays in the payload
        return None


def _write_webhook(event: str, content: object) -> str:
    if event == "authorization.removed":
        reason = read_value(content, "reason")
        known = _REMOVAL_REASONS.get(reason) if isinstance(reason, int) else None
        return f"TikTok access was removed: {known or 'reason not given'}"
    if event.startswith("video."):
        share_id = read_text(content, "share_id")
        return f"TikTok reports {event}" + (f" for share {share_id}" if share_id else "")
    return ""
