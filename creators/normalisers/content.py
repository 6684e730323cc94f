"""What an interaction tells of a content item: a video, short, post or stream. Pure; wrong types read as absent."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from creators.enums import Availability, ContentKind, Platform
from creators.normalisers.reading import (
    clip,
    iterate_strings,
    parse_instant,
    read_count,
    read_first_text,
    read_text,
    read_value,
)

MAX_EXTERNAL_ID = 200
MAX_TITLE = 300
MAX_DESCRIPTION = 5_000
MAX_TAGS = 50
MAX_TAG = 80
MAX_URL = 500
CONTENT_TYPES = frozenset(
    {"video", "video.published", "video.updated", "feed.entry", "feed.deleted", "playlist_item"}
    | {"stream", "stream.online", "post", "post.create", "post.quote", "post.delete"}
)
_HASHTAG = re.compile(r"#(\w{2,40})")
_ISO_DURATION = re.compile(r"P(?:(?P<d>\d{1,3})D)?T?(?:(?P<h>\d{1,3})H)?(?:(?P<m>\d{1,4})M)?(?:(?P<s>\d{1,5})S)?\Z")
_TWITCH_DURATION = re.compile(r"(?:(?P<h>\d{1,3})h)?(?:(?P<m>\d{1,4})m)?(?:(?P<s>\d{1,5})s)?\Z")
_YOUTUBE_STATES = {
    "public": Availability.PUBLIC,
    "unlisted": Availability.UNLISTED,
    "private": Availability.PRIVATE,
}
_YOUTUBE_COUNTS = {"views": "viewCount", "likes": "likeCount", "comments": "commentCount"}
_TIKTOK_COUNTS = {"views": "view_count", "likes": "like_count", "comments": "comment_count", "shares": "share_count"}
_X_COUNTS = {"views": "impression_count", "likes": "like_count", "comments": "reply_count", "shares": "repost_count"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """An interaction as far as the catalogue reads it."""

    platform: str
    external_id: str
    type: str
    text: str
    payload: Mapping[str, Any]
    occurred_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentReading:
    """What one observation tells. ``facts`` holds only the fields it tells, named as the model's; ``metrics`` too."""

    platform: str
    external_id: str
    observed_at: datetime
    facts: dict[str, Any] = field(default_factory=dict)
    interaction_id: int | None = None


def read_content(observed: Observed) -> ContentReading | None:
    """Return what an interaction of a content type tells, or None when it names no item."""
    if observed.type not in CONTENT_TYPES:
        return None
    found = _READERS[observed.platform](observed) if observed.platform in _READERS else None
    if found is None or not found.external_id or len(found.external_id) > MAX_EXTERNAL_ID:
        return None
    return found


def list_hashtags(text: str) -> list[str]:
    return [tag.lower() for tag in _HASHTAG.findall(text)]


def _read_youtube(observed: Observed) -> ContentReading | None:
    payload = observed.payload
    if observed.type == "feed.deleted":
        deleted_at = parse_instant(payload.get("deleted_at")) or observed.occurred_at
        return _tell(observed, read_text(payload, "video_id"), {"availability": Availability.DELETED}, at=deleted_at)
    if observed.type == "feed.entry":
        entry: dict[str, Any] = {
            "kind": ContentKind.VIDEO,
            "title": read_text(payload, "title"),
            "published_at": parse_instant(payload.get("published")),
            "availability": Availability.PUBLIC,
        }
        return _tell(observed, read_text(payload, "video_id"), entry, at=observed.occurred_at)
    snippet = read_value(payload, "snippet")
    if not isinstance(snippet, dict):
        return _read_plain(observed, ContentKind.VIDEO)
    video_id = (
        read_text(payload, "contentDetails", "videoId")
        or read_text(snippet, "resourceId", "videoId")
        or (read_text(payload, "id") if observed.type == "video" else "")
    )
    title, description = read_text(snippet, "title"), read_text(snippet, "description")
    is_short = "shorts" in list_hashtags(f"{title} {description}")
    facts: dict[str, Any] = {
        "kind": ContentKind.SHORT if is_short else ContentKind.VIDEO,
        "title": title,
        "description": description,
        "tags": _list_tags(snippet.get("tags"), f"{title} {description}"),
        "language": read_first_text(snippet, "defaultAudioLanguage", "defaultLanguage"),
        "availability": _YOUTUBE_STATES.get(read_text(payload, "status", "privacyStatus")),
        "published_at": parse_instant(
            read_value(payload, "contentDetails", "videoPublishedAt") or snippet.get("publishedAt")
        ),
        "duration_s": _read_duration(read_text(payload, "contentDetails", "duration"), _ISO_DURATION),
        "metrics": _read_counts(payload.get("statistics"), _YOUTUBE_COUNTS),
        "url": f"https://www.youtube.com/watch?v={video_id}",
    }
    return _tell(observed, video_id, facts)


def _read_tiktok(observed: Observed) -> ContentReading | None:
    payload = observed.payload
    if not ("id" in payload and ("title" in payload or "video_description" in payload)):
        return _read_plain(observed, ContentKind.SHORT)
    title, description = read_text(payload, "title"), read_text(payload, "video_description")
    facts: dict[str, Any] = {
        "kind": ContentKind.SHORT,
        "title": title or clip(description, MAX_TITLE),
        "description": description,
        "tags": _list_tags(None, f"{title} {description}"),
        "published_at": parse_instant(payload.get("create_time")),
        "duration_s": read_count(payload, "duration"),
        "metrics": _read_counts(payload, _TIKTOK_COUNTS),
        "url": read_text(payload, "share_url"),
    }
    return _tell(observed, read_text(payload, "id"), facts)


def _read_twitch(observed: Observed) -> ContentReading | None:
    payload, event = observed.payload, read_value(observed.payload, "event")
    if observed.type == "stream.online" and isinstance(event, dict):
        started: dict[str, Any] = {"kind": ContentKind.STREAM, "published_at": parse_instant(event.get("started_at"))}
        return _tell(observed, read_text(event, "id"), started)
    is_stream = observed.type.startswith("stream")
    if "title" not in payload:
        return _read_plain(observed, ContentKind.STREAM if is_stream else ContentKind.VIDEO)
    title, description = read_text(payload, "title"), read_text(payload, "description")
    game = read_text(payload, "game_name")
    facts: dict[str, Any] = {
        "kind": ContentKind.STREAM if is_stream else ContentKind.VIDEO,
        "title": title,
        "description": description,
        "tags": _list_tags(
            [*iterate_strings(payload.get("tags")), *([game] if game else [])], f"{title} {description}"
        ),
        "language": read_text(payload, "language"),
        "availability": {"public": Availability.PUBLIC, "private": Availability.PRIVATE}.get(
            read_text(payload, "viewable")
        ),
        "published_at": parse_instant(read_value(payload, "started_at" if is_stream else "published_at")),
        "duration_s": _read_duration(read_text(payload, "duration"), _TWITCH_DURATION),
        "metrics": _read_counts(payload, {"views": "viewer_count" if is_stream else "view_count"}),
        "url": read_text(payload, "url"),
    }
    return _tell(observed, read_text(payload, "id"), facts)


def _read_x(observed: Observed) -> ContentReading | None:
    body = read_value(observed.payload, "data", "payload")
    post = body if isinstance(body, dict) else observed.payload
    if observed.type == "post.delete":
        return _tell(observed, read_text(post, "id"), {"availability": Availability.DELETED}, at=observed.occurred_at)
    if "text" not in post:
        return _read_plain(observed, ContentKind.POST)
    text = read_text(post, "note_post", "text") or read_text(post, "note_tweet", "text") or read_text(post, "text")
    facts: dict[str, Any] = {
        "kind": ContentKind.POST,
        "title": clip(text.split("\n", 1)[0], MAX_TITLE),
        "description": text,
        "tags": _list_tags(None, text),
        "language": read_text(post, "lang"),
        "published_at": parse_instant(post.get("created_at")),
        "metrics": {
            **_read_counts(post.get("public_metrics"), {"shares": "retweet_count"}),
            **_read_counts(post.get("public_metrics"), _X_COUNTS),
        },
    }
    return _tell(observed, read_text(post, "id"), facts)


def _read_plain(observed: Observed, kind: ContentKind) -> ContentReading | None:
    """Return what an item without a platform's payload tells: its text, whose first line is the title."""
    title, _, rest = observed.text.strip().partition("\n")
    if not title:
        return None
    facts: dict[str, Any] = {
        "kind": kind,
        "title": title,
        "description": rest.strip(),
        "tags": _list_tags(None, observed.text),
        "published_at": observed.occurred_at,
    }
    return _tell(observed, observed.external_id.removeprefix("stream:"), facts)


def _tell(observed: Observed, external_id: str, facts: dict[str, Any], *, at: datetime | None = None) -> ContentReading:
    """Return a reading of what is known; an empty text or list is a fact only where the record itself was read."""
    limits = {"title": MAX_TITLE, "description": MAX_DESCRIPTION, "language": 16, "url": MAX_URL}
    told = {
        name: clip(value, limits[name]) if name in limits else value
        for name, value in facts.items()
        if value not in (None, "", {})
    }
    return ContentReading(
        platform=observed.platform,
        external_id=external_id,
        observed_at=at or observed.received_at,
        facts={name: value.value if hasattr(value, "value") else value for name, value in told.items()},
    )


def _list_tags(given: object, text: str) -> list[str]:
    tags = [clip(tag.lower(), MAX_TAG) for tag in iterate_strings(given)]
    return [tag for tag in dict.fromkeys([*tags, *list_hashtags(text)]) if tag][:MAX_TAGS]


def _read_counts(record: object, names: Mapping[str, str]) -> dict[str, int]:
    """Return the counters there are; one that a platform hides is absent, never zero."""
    found = {name: read_count(record, key) for name, key in names.items()}
    return {name: count for name, count in found.items() if count is not None and count >= 0}


def _read_duration(text: str, pattern: re.Pattern[str]) -> int | None:
    found = pattern.match(text) if text else None
    if found is None:
        return None
    parts = {name: int(value or 0) for name, value in found.groupdict().items()}
    return parts.get("d", 0) * 86_400 + parts["h"] * 3_600 + parts["m"] * 60 + parts["s"]


_READERS: dict[str, Callable[[Observed], ContentReading | None]] = {
    Platform.YOUTUBE.value: _read_youtube,
    Platform.TIKTOK.value: _read_tiktok,
    Platform.TWITCH.value: _read_twitch,
    Platform.X.value: _read_x,
}
