"""Plain chat and e-mail messages, in the field names mail and chat exports commonly use."""

from typing import Any

from creators.enums import Platform
from creators.normalisers.envelope import Delivery, Envelope, build_envelope
from creators.normalisers.reading import read_first_text, read_value, require_instant

_ID_NAMES = ("id", "message_id", "messageId")
_TIME_NAMES = ("sent_at", "occurred_at", "date", "timestamp", "ts", "created_at")
_AUTHOR_NAMES = ("author", "from", "sender", "user")
_TEXT_NAMES = ("text", "body", "message")
_CHANNEL_NAMES = ("channel", "thread", "thread_id", "room", "mailbox", "to")


def normalise_chat(payload: dict[str, Any], delivery: Delivery) -> list[Envelope]:
    """Return one chat message."""
    return [_build(Platform.CHAT, payload, delivery, text=read_first_text(payload, *_TEXT_NAMES))]


def normalise_email(payload: dict[str, Any], delivery: Delivery) -> list[Envelope]:
    """Return one e-mail; the subject leads the text."""
    parts = (read_first_text(payload, "subject"), read_first_text(payload, *_TEXT_NAMES))
    return [_build(Platform.EMAIL, payload, delivery, text="\n\n".join(part for part in parts if part))]


def _build(platform: Platform, payload: dict[str, Any], delivery: Delivery, *, text: str) -> Envelope:
    attachments = read_value(payload, "attachments")
    return build_envelope(
        platform=platform.value,
        external_id=delivery.message_id or read_first_text(payload, *_ID_NAMES),
        type=read_first_text(payload, "type") or "message",
        channel=read_first_text(payload, *_CHANNEL_NAMES),
        author=read_first_text(payload, *_AUTHOR_NAMES),
        text=text,
        attachments=attachments if isinstance(attachments, list) else [],
        payload=payload,
        occurred_at=require_instant(*(payload.get(name) for name in _TIME_NAMES), delivery.sent_at),
    )
