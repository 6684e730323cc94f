"""X posts and users, in both of the API's field families (``tweet_*`` and ``post_*``)."""

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

_X = Platform.X.value
_REFERENCE_TYPES = {
    "replied_to": "post.reply",
    "quoted": "post.quote",
    "retweeted": "post.repost",
    "reposted": "post.repost",
}


def collect_authors(includes: object) -> dict[str, str]:
    """Return usernames by user id; an included user is flat or wrapped in ``data``."""
    found = {}
    for entry in read_records(includes, "users"):
        wrapped = entry.get("data")
        user = wrapped if isinstance(wrapped, dict) else entry
        found[read_text(user, "id")] = read_first_text(user, "username", "name")
    return found


def normalise_post(record: dict[str, Any], authors: dict[str, str], delivery: Delivery) -> Envelope:
    """Return a post; a long post's whole text stands in its note."""
    author_id = read_text(record, "author_id")
    author = authors.get(author_id) or author_id
    note = read_text(record, "note_post", "text") or read_text(record, "note_tweet", "text")
    return build_envelope(
        platform=_X,
        external_id=read_text(record, "id"),
        type=_find_post_type(record),
        channel=author,
        author=author,
        text=note or read_text(record, "text"),
        attachments=list_links(record),
        payload=record,
        occurred_at=require_instant(record.get("created_at"), delivery.sent_at),
    )


def _find_post_type(record: dict[str, Any]) -> str:
    references = read_records(record, "referenced_posts") or read_records(record, "referenced_tweets")
    kinds = (_REFERENCE_TYPES.get(read_text(reference, "type")) for reference in references)
    return next((kind for kind in kinds if kind), "post")


def list_links(record: dict[str, Any]) -> list[Any]:
    """Return a post's links and media keys as attachments."""
    urls = read_records(record, "entities", "urls")
    links = [{"type": "url", "url": url} for item in urls if (url := read_first_text(item, "expanded_url", "url"))]
    keys = read_value(record, "attachments", "media_keys")
    media = [{"type": "media", "key": key} for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
    return [*links, *media]


def normalise_user(record: dict[str, Any], delivery: Delivery) -> Envelope:
    """Return a snapshot of an account's counters; created_at is the account's birth, not the counters' instant."""
    occurred_at = require_instant(delivery.sent_at)
    metrics = read_value(record, "public_metrics")
    posts = read_count(metrics, "post_count")
    counts = describe_counts(
        {
            "followers": read_count(metrics, "followers_count"),
            "following": read_count(metrics, "following_count"),
            "posts": posts if posts is not None else read_count(metrics, "tweet_count"),
        }
    )
    username = read_text(record, "username")
    title = f"@{username}: {counts}" if counts else f"@{username}"
    return build_envelope(
        platform=_X,
        external_id=prefix_id("user:", read_text(record, "id"), f"@{occurred_at:%Y-%m-%d}"),
        type="metrics.snapshot" if counts else "profile.snapshot",
        channel=username,
        author=username,
        text=join_title(title=title, description=read_text(record, "description")),
        payload=record,
        occurred_at=occurred_at,
    )
