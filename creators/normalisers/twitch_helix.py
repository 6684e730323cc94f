"""Twitch Helix responses: videos, streams, users, followers."""

from datetime import datetime
from typing import Any

from creators.enums import Platform
from creators.normalisers.envelope import Delivery, Envelope, build_envelope
from creators.normalisers.reading import (
    describe_counts,
    iterate_strings,
    join_title,
    prefix_id,
    read_count,
    read_first_text,
    read_records,
    read_text,
    require_instant,
)

_TWITCH = Platform.TWITCH.value


def normalise_helix(payload: dict[str, Any], delivery: Delivery) -> list[Envelope]:
    """Return one interaction per record of a response, or the record itself; a followers page adds its total."""
    if not isinstance(payload.get("data"), list):
        return [_normalise_record(payload, delivery)]
    found = [_normalise_record(record, delivery) for record in read_records(payload, "data")]
    total = read_count(payload, "total")
    # Without the moderator scope a followers page has a total and no records.
    if total is not None and (delivery.sent_at or not found):
        found.append(_normalise_total(payload, total, require_instant(delivery.sent_at)))
    return found


def _normalise_record(record: dict[str, Any], delivery: Delivery) -> Envelope:
    if "viewer_count" in record:
        return _normalise_stream(record, delivery)
    if "published_at" in record and "url" in record:
        return _normalise_video(record, delivery)
    if "login" in record:
        return _normalise_user(record, delivery)
    if "followed_at" in record:
        return _normalise_follower(record, delivery)
    return _keep_raw(record, delivery)


def _normalise_video(record: dict[str, Any], delivery: Delivery) -> Envelope:
    return build_envelope(
        platform=_TWITCH,
        external_id=read_text(record, "id"),
        type="video",
        channel=read_text(record, "user_login"),
        author=read_first_text(record, "user_name", "user_login"),
        text=join_title(title=read_text(record, "title"), description=read_text(record, "description")),
        attachments=[{"type": "url", "url": url} for url in iterate_strings([record.get("url")])],
        payload=record,
        occurred_at=require_instant(record.get("published_at"), record.get("created_at"), delivery.sent_at),
    )


def _normalise_stream(record: dict[str, Any], delivery: Delivery) -> Envelope:
    game = read_text(record, "game_name")
    title = read_text(record, "title")
    return build_envelope(
        platform=_TWITCH,
        external_id=prefix_id("stream:", read_text(record, "id")),
        type="stream",
        channel=read_text(record, "user_login"),
        author=read_first_text(record, "user_name", "user_login"),
        text=f"Live: {title} ({game})" if game else f"Live: {title}",
        payload=record,
        occurred_at=require_instant(record.get("started_at"), delivery.sent_at),
    )


def _normalise_user(record: dict[str, Any], delivery: Delivery) -> Envelope:
    occurred_at = require_instant(delivery.sent_at)
    name = read_first_text(record, "display_name", "login")
    counts = describe_counts({"views": read_count(record, "view_count")})
    return build_envelope(
        platform=_TWITCH,
        external_id=prefix_id("user:", read_text(record, "id"), f"@{occurred_at:%Y-%m-%d}"),
        type="metrics.snapshot" if counts else "profile.snapshot",
        channel=read_text(record, "login"),
        author=name,
        text=join_title(title=f"{name}: {counts}" if counts else name, description=read_text(record, "description")),
        payload=record,
        occurred_at=occurred_at,
    )


def _normalise_follower(record: dict[str, Any], delivery: Delivery) -> Envelope:
    name = read_first_text(record, "user_name", "user_login")
    return build_envelope(
        platform=_TWITCH,
        external_id=prefix_id("follower:", read_text(record, "user_id"), f"@{read_text(record, 'followed_at')}"),
        type="channel.follow",
        author=name,
        text=f"{name} followed the channel",
        payload=record,
        occurred_at=require_instant(record.get("followed_at"), delivery.sent_at),
    )


def _normalise_total(payload: dict[str, Any], total: int, occurred_at: datetime) -> Envelope:
    return build_envelope(
        platform=_TWITCH,
        external_id=f"followers@{occurred_at:%Y-%m-%d}",
        type="metrics.snapshot",
        text=describe_counts({"followers": total}),
        payload={key: value for key, value in payload.items() if key != "data"},
        occurred_at=occurred_at,
    )


def _keep_raw(record: dict[str, Any], delivery: Delivery) -> Envelope:
    return build_envelope(
        platform=_TWITCH,
        type=read_text(record, "type"),
        payload=record,
        occurred_at=require_instant(delivery.sent_at, record.get("created_at"), record.get("timestamp")),
    )
