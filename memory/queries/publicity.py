"""What of a creator's memory is public: what brands may find him by. Closed by default."""

from creators.enums import Platform
from memory.enums import MemoryType

PUBLIC_PLATFORMS = frozenset({Platform.YOUTUBE.value, Platform.TWITCH.value, Platform.X.value, Platform.TIKTOK.value})
# What the owner of an account publishes for everybody, and the counters its page shows. Replies, messages, follows,
# cheers and whatever type comes next are not here.
PUBLIC_TYPES = frozenset(
    {"video", "video.published", "video.updated", "feed.entry", "stream", "stream.online", "metrics.snapshot"}
    | {"post", "post.create", "post.quote"}
)
_PUBLIC_PREDICATES = frozenset({"camera", "posting schedule", "main sponsor"})
_PUBLIC_PREFIXES = ("favourite ", "followers on ", "subscribers on ")


def is_public_memory(*, type: str, predicate: str, evidence_platform: str, evidence_type: str) -> bool:  # noqa: A002  the field's name
    """Return whether a memory may be used for others, given one interaction it rests on.

    Both must be public: the kind of fact, by a list of what may be told, and the channel it was said in. Rates,
    contracts, deadlines, dealings with brands, workflow and the home town are never public, wherever they were said.
    Facts on the list are formed from the creator's own words alone.
    """
    if evidence_platform not in PUBLIC_PLATFORMS or evidence_type not in PUBLIC_TYPES:
        return False
    if type == MemoryType.CONTENT_KNOWLEDGE:
        return predicate.startswith("published on ")
    if type == MemoryType.CREATOR_ENTITY:
        return predicate in _PUBLIC_PREDICATES or predicate.startswith(_PUBLIC_PREFIXES)
    return False
