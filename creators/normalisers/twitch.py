"""Twitch: EventSub messages and Helix records."""

from typing import Any

from creators.enums import Platform
from creators.normalisers.envelope import Delivery, Envelope, build_envelope
from creators.normalisers.reading import read_first_text, read_text, read_value, require_instant
from creators.normalisers.twitch_helix import normalise_helix
from creators.normalisers.twitch_sentences import write_sentence

_TIME_NAMES = ("followed_at", "started_at", "redeemed_at", "ended_at", "banned_at", "created_at", "updated_at")
_AUTHOR_NAMES = (
    "chatter_user_name",
    "user_name",
    "from_broadcaster_user_name",
    "chatter_user_login",
    "user_login",
    "broadcaster_user_name",
)
_CHANNEL_NAMES = (
    "broadcaster_user_login",
    "to_broadcaster_user_login",
    "broadcaster_user_id",
    "to_broadcaster_user_id",
)


def normalise_twitch(payload: dict[str, Any], delivery: Delivery) -> list[Envelope]:
    """Return the interactions of an EventSub message or a Helix response."""
    if isinstance(read_value(payload, "subscription"), dict):
        return [_normalise_event(payload, delivery)]
    return normalise_helix(payload, delivery)


def _normalise_event(payload: dict[str, Any], delivery: Delivery) -> Envelope:
    event = read_value(payload, "event")
    if event is None and "events" not in payload:
        return _normalise_control(payload, delivery)
    if not isinstance(event, dict):  # a batch (drop.entitlement.grant) or a shape to come: kept whole
        event = {}
    event_type = read_text(payload, "subscription", "type")
    anonymous = event.get("is_anonymous") is True
    return build_envelope(
        platform=Platform.TWITCH.value,
        external_id=delivery.message_id or read_text(event, "message_id"),
        type=event_type,
        channel=read_first_text(event, *_CHANNEL_NAMES),
        author="" if anonymous else read_first_text(event, *_AUTHOR_NAMES),
        text=write_sentence(event_type=event_type, event=event),
        payload=payload,
        occurred_at=require_instant(*_list_instants(event), delivery.sent_at),
    )


def _list_instants(event: dict[str, Any]) -> list[Any]:
    return [event.get(name) for name in _TIME_NAMES]


def _normalise_control(payload: dict[str, Any], delivery: Delivery) -> Envelope:
    """Return a challenge or a revocation: about the subscription itself, not about the channel."""
    challenged = "challenge" in payload
    subscribed_to = read_text(payload, "subscription", "type")
    status = read_text(payload, "subscription", "status")
    return build_envelope(
        platform=Platform.TWITCH.value,
        external_id=delivery.message_id,
        type="subscription.verification" if challenged else "subscription.revocation",
        channel=read_text(payload, "subscription", "condition", "broadcaster_user_id"),
        text="" if challenged else f"Twitch ended the subscription to {subscribed_to}: {status}",
        payload=payload,
        occurred_at=require_instant(delivery.sent_at, read_value(payload, "subscription", "created_at")),
    )
