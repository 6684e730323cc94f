"""The one shape every platform's payload is turned into."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from creators.normalisers.reading import clip, hash_payload

MAX_EXTERNAL_ID = 200
MAX_TYPE = 80
MAX_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One interaction as a platform reported it. ``payload`` is the record as received, whole."""

    platform: str
    external_id: str
    type: str
    channel: str
    author: str
    text: str
    attachments: list[Any]
    payload: dict[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What arrived around a payload: the platform's message id and the instant it was sent or observed.

    ``sent_at`` stands in where a payload carries no instant of its own (a cheer, a counter snapshot).
    """

    message_id: str = ""
    sent_at: datetime | None = None


NO_DELIVERY = Delivery()


def build_envelope(
    *,
    platform: str,
    payload: dict[str, Any],
    occurred_at: datetime,
    type: str,  # noqa: A002  the platform's and the model's word
    external_id: str = "",
    channel: str = "",
    author: str = "",
    text: str = "",
    attachments: list[Any] | None = None,
) -> Envelope:
    """Return an envelope that fits the table: derived names are clipped, a missing or overlong id becomes a hash.

    The hash covers the payload and the instant, so that two like events at different times stay two.
    """
    if not external_id or len(external_id) > MAX_EXTERNAL_ID:
        external_id = hash_payload(payload=payload, salt=f"{external_id}|{occurred_at.isoformat()}")
    return Envelope(
        platform=platform,
        external_id=external_id,
        type=clip(type, MAX_TYPE) or "unknown",
        channel=clip(channel, MAX_NAME),
        author=clip(author, MAX_NAME),
        text=text.strip(),
        attachments=attachments or [],
        payload=payload,
        occurred_at=occurred_at,
    )
