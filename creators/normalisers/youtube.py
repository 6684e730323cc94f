"""YouTube Data API: videos, comments, playlist items, channel statistics."""

from collections.abc import Callable
from typing import Any

from creators.enums import Platform
from creators.normalisers.envelope import Delivery, Envelope, build_envelope
from creators.normalisers.reading import (
    describe_counts,
    join_title,
    prefix_id,
    read_count,
    read_first_text,
    read_records,
    read_text,
    read_value,
    require_instant,
)
from creators.normalisers.youtube_feed import normalise_feed

_YOUTUBE = Platform.YOUTUBE.value


def normalise_youtube(payload: dict[str, Any], delivery: Delivery) -> list[Envelope]:
    """Return one interaction per item of a list response, or the resource itself; a thread adds its replies.

    A WebSub feed may also arrive as ``{"xml": "<feed ..."}``.
    """
    xml = payload.get("xml")
    if isinstance(xml, str) and "kind" not in payload:
        return normalise_feed(xml, delivery)
    listed = isinstance(payload.get("items"), list)
    items = read_records(payload, "items") if listed else [payload]
    return [envelope for item in items for envelope in _normalise_item(item, delivery)]


def _normalise_item(item: dict[str, Any], delivery: Delivery) -> list[Envelope]:
    kind = read_text(item, "kind").removeprefix("youtube#")
    if kind == "commentThread":
        comments = read_records(item, "snippet", "topLevelComment")
        replies = read_records(item, "replies", "comments")
        return [_normalise_comment(comment, delivery) for comment in comments + replies]
    return [_NORMALISERS.get(kind, _keep_raw)(item, delivery)]


def _normalise_video(item: dict[str, Any], delivery: Delivery) -> Envelope:
    video_id = read_text(item, "id")
    return _build(
        item,
        delivery,
        type="video",
        external_id=video_id,
        attachments=[{"type": "video", "url": f"https://www.youtube.com/watch?v={video_id}"}],
    )


def _normalise_playlist_item(item: dict[str, Any], delivery: Delivery) -> Envelope:
    video_id = read_text(item, "contentDetails", "videoId") or read_text(item, "snippet", "resourceId", "videoId")
    link = {"type": "video", "url": f"https://www.youtube.com/watch?v={video_id}"}
    return _build(
        item,
        delivery,
        type="playlist_item",
        external_id=read_text(item, "id"),
        attachments=[link] if video_id else [],
    )


def _build(
    item: dict[str, Any],
    delivery: Delivery,
    *,
    type: str,  # noqa: A002  the model's word
    external_id: str,
    attachments: list[Any] | None = None,
) -> Envelope:
    snippet = read_value(item, "snippet")
    return build_envelope(
        platform=_YOUTUBE,
        external_id=external_id,
        type=type,
        channel=read_text(snippet, "channelId"),
        author=read_text(snippet, "channelTitle"),
        text=join_title(title=read_text(snippet, "title"), description=read_text(snippet, "description")),
        attachments=attachments,
        payload=item,
        occurred_at=require_instant(read_value(snippet, "publishedAt"), delivery.sent_at),
    )


def _normalise_comment(item: dict[str, Any], delivery: Delivery) -> Envelope:
    snippet = read_value(item, "snippet")
    video_id = read_text(snippet, "videoId")
    return build_envelope(
        platform=_YOUTUBE,
        external_id=read_text(item, "id"),
        type="comment.reply" if read_text(snippet, "parentId") else "comment",
        channel=read_text(snippet, "channelId"),
        author=read_text(snippet, "authorDisplayName"),
        text=read_first_text(snippet, "textOriginal", "textDisplay"),
        attachments=[{"type": "video", "url": f"https://www.youtube.com/watch?v={video_id}"}] if video_id else [],
        payload=item,
        occurred_at=require_instant(read_value(snippet, "publishedAt"), delivery.sent_at),
    )


def _normalise_channel(item: dict[str, Any], delivery: Delivery) -> Envelope:
    """Return a snapshot of a channel's counters; publishedAt is the channel's birth, not the counters' instant."""
    occurred_at = require_instant(delivery.sent_at)
    channel_id = read_text(item, "id")
    title = read_text(item, "snippet", "title") or channel_id
    statistics = read_value(item, "statistics")
    counts = describe_counts(
        {
            "subscribers": read_count(statistics, "subscriberCount"),
            "views": read_count(statistics, "viewCount"),
            "videos": read_count(statistics, "videoCount"),
        }
    )
    return build_envelope(
        platform=_YOUTUBE,
        external_id=prefix_id("", channel_id, f"@{occurred_at:%Y-%m-%d}"),
        type="metrics.snapshot" if counts else "profile.snapshot",
        channel=channel_id,
        author=title,
        text=f"{title}: {counts}" if counts else title,
        payload=item,
        occurred_at=occurred_at,
    )


def _keep_raw(item: dict[str, Any], delivery: Delivery) -> Envelope:
    platform_id = item.get("id")
    return build_envelope(
        platform=_YOUTUBE,
        external_id=platform_id if isinstance(platform_id, str) else "",
        type=read_text(item, "kind").removeprefix("youtube#"),
        payload=item,
        occurred_at=require_instant(delivery.sent_at, read_value(item, "snippet", "publishedAt")),
    )


_NORMALISERS: dict[str, Callable[[dict[str, Any], Delivery], Envelope]] = {
    "video": _normalise_video,
    "playlistItem": _normalise_playlist_item,
    "comment": _normalise_comment,
    "channel": _normalise_channel,
}
