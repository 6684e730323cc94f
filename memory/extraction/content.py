"""What a creator has published."""

from collections.abc import Iterator, Sequence

from memory.enums import MemoryType, SignalKind
from memory.extraction.candidates import Candidate, SignalFact, Source
from memory.extraction.phrases import say_date

PUBLISHED = {
    "video": "a video",
    "video.published": "a video",
    "video.updated": "a video",
    "post": "a post",
    "post.create": "a post",
    "stream.online": "a stream",
    "stream": "a stream",
}
_PLATFORM_NAMES = {"youtube": "YouTube", "twitch": "Twitch", "x": "X", "tiktok": "TikTok"}
LONGEST_TITLE = 160


def find_content(source: Source, signals: Sequence[SignalFact]) -> Iterator[Candidate]:
    """Yield one memory of a published video, post or stream, and one of each topic it is about."""
    what = PUBLISHED.get(source.type)
    title = source.text.strip().split("\n", 1)[0][:LONGEST_TITLE].strip()
    if not (what and title and source.is_own):
        return
    platform = _PLATFORM_NAMES.get(source.platform, source.platform)
    yield Candidate(
        type=MemoryType.CONTENT_KNOWLEDGE,
        subject=source.handle,
        predicate=f"published on {platform}",
        value=title,
        text=f"@{source.handle} published {what} on {platform} on {say_date(source.occurred_at)}: “{title}”.",
        keywords="published content",
        confidence=0.9,
    )
    for topic in dict.fromkeys(signal.value for signal in signals if signal.kind is SignalKind.TOPIC):
        yield Candidate(
            type=MemoryType.CONTENT_KNOWLEDGE,
            subject=source.handle,
            predicate="makes content about",
            value=topic,
            text=f"@{source.handle} makes content about {topic}.",
            keywords="topic topics content videos channel subject niche",
            confidence=0.7,
        )
