"""From a platform's name to its normaliser."""

from collections.abc import Callable
from typing import Any

from creators.enums import Platform
from creators.errors import PayloadNotUnderstood
from creators.normalisers.conversation import normalise_chat, normalise_email
from creators.normalisers.envelope import NO_DELIVERY, Delivery, Envelope
from creators.normalisers.tiktok import normalise_tiktok
from creators.normalisers.twitch import normalise_twitch
from creators.normalisers.x import normalise_x
from creators.normalisers.youtube import normalise_youtube
from creators.normalisers.youtube_feed import normalise_feed

Normaliser = Callable[[dict[str, Any], Delivery], list[Envelope]]

NORMALISERS: dict[str, Normaliser] = {
    Platform.YOUTUBE.value: normalise_youtube,
    Platform.TWITCH.value: normalise_twitch,
    Platform.X.value: normalise_x,
    Platform.TIKTOK.value: normalise_tiktok,
    Platform.CHAT.value: normalise_chat,
    Platform.EMAIL.value: normalise_email,
}


def normalise(
    *, platform: str, payload: dict[str, Any] | str | bytes, delivery: Delivery = NO_DELIVERY
) -> list[Envelope]:
    """Return a payload's interactions; a page gives one per record, an unknown type is kept raw.

    ``payload`` is the platform's JSON object, or a WebSub feed's XML for YouTube.

    Raises:
        PayloadNotUnderstood: unknown platform, unreadable XML, no record, or no instant to be found.
    """
    if platform not in NORMALISERS:
        raise PayloadNotUnderstood(f"Unknown platform; known are {', '.join(NORMALISERS)}.")
    if isinstance(payload, dict):
        found = NORMALISERS[platform](payload, delivery)
    elif platform == Platform.YOUTUBE:
        found = normalise_feed(payload, delivery)
    else:
        raise PayloadNotUnderstood("The payload must be an object.")
    if not found:
        raise PayloadNotUnderstood("The payload holds no record.")
    return found
