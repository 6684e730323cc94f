"""Counts the platforms report, read from the payload as received."""

from collections.abc import Iterator, Mapping
from typing import Any

from memory.enums import MemoryType, SignalKind
from memory.extraction.candidates import Candidate, SignalFact, Source

_NAMES = {
    "subscriberCount": "subscribers",
    "viewCount": "views",
    "videoCount": "videos",
    "likeCount": "likes",
    "commentCount": "comments",
    "followers_count": "followers",
    "tweet_count": "posts",
    "post_count": "posts",
    "like_count": "likes",
    "retweet_count": "reposts",
    "repost_count": "reposts",
    "impression_count": "impressions",
    "follower_count": "followers",
    "likes_count": "likes",
    "video_count": "videos",
    "view_count": "views",
    "comment_count": "comments",
    "share_count": "shares",
    "viewer_count": "viewers",
    "bits": "bits",
    "viewers": "viewers",
}
_AUDIENCE = {"subscribers", "followers"}
_PLATFORM_NAMES = {"youtube": "YouTube", "twitch": "Twitch", "x": "X", "tiktok": "TikTok"}
DEEPEST = 6
LONGEST_NUMBER = 16  # digits


def find_metrics(source: Source) -> Iterator[SignalFact]:
    """Yield every known count of the payload."""
    for name, count in list_counts(source.payload).items():
        yield SignalFact(kind=SignalKind.METRIC, value=name, number=float(count), unit="count", extractor="metrics.1")


def find_metric_slots(source: Source) -> Iterator[Candidate]:
    """Yield the size of the creator's audience from a snapshot of the account."""
    if source.type != "metrics.snapshot" or not source.is_own:
        return
    platform = _PLATFORM_NAMES.get(source.platform, source.platform)
    for name, count in list_counts(source.payload).items():
        if name in _AUDIENCE:
            yield Candidate(
                type=MemoryType.CREATOR_ENTITY,
                subject=source.handle,
                predicate=f"{name} on {platform}",
                value=f"{count:,}",
                text=f"@{source.handle} has {count:,} {name} on {platform}.",
                keywords="audience size followers subscribers count many",
                is_slot=True,
                confidence=1.0,
            )


def list_counts(payload: Mapping[str, Any]) -> dict[str, int]:
    """Return the known counts of a payload by name; the first of a name wins, outermost first."""
    found: dict[str, int] = {}
    level: list[Any] = [payload]
    for _ in range(DEEPEST):
        deeper: list[Any] = []
        for node in level:
            if isinstance(node, Mapping):
                for key, value in node.items():
                    _note_count(found, key, value)
                    deeper.append(value)
            elif isinstance(node, list):
                deeper.extend(node)
        level = deeper
    return found


def _note_count(found: dict[str, int], key: str, value: Any) -> None:
    name = _NAMES.get(key)
    if name is None or name in found or isinstance(value, bool):
        return
    if isinstance(value, int) or (isinstance(value, str) and value.isdecimal() and len(value) < LONGEST_NUMBER):
        found[name] = min(int(value), 2**53)
