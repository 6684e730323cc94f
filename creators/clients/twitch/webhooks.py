"""Twitch EventSub: HMAC-SHA256 over id, timestamp and raw body with the subscription's own secret.

https://dev.twitch.tv/docs/eventsub/handling-webhook-events
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from creators.clients.lenient_json import read_json
from creators.clients.records import Verified
from creators.clients.signatures import DeliveryRefused, check_fresh, check_hex
from creators.normalisers.reading import parse_instant, read_text

WINDOW = timedelta(minutes=10)
PREFIX = "twitch-eventsub-"
CHALLENGE, REVOCATION = "webhook_callback_verification", "revocation"


def find_remote_id(body: bytes) -> str:
    """Return which subscription an unverified delivery says it belongs to, to find its secret by."""
    try:
        return read_text(read_json(body), "subscription", "id")
    except ValueError:
        return ""


def verify(*, headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Verified:
    """Return what a delivery is, if its signature holds and it is at most ten minutes old.

    Raises:
        DeliveryRefused: it is not to be believed.
    """
    message_id, timestamp = headers.get(f"{PREFIX}message-id", ""), headers.get(f"{PREFIX}message-timestamp", "")
    algorithm, _, given = headers.get(f"{PREFIX}message-signature", "").partition("=")
    if not (message_id and timestamp and algorithm == "sha256"):
        raise DeliveryRefused("malformed")
    check_hex(given=given, key=secret, message=f"{message_id}{timestamp}".encode() + body, algorithm="sha256")
    sent_at = parse_instant(timestamp)
    check_fresh(sent_at=sent_at, now=now, window=WINDOW)
    try:
        payload = read_json(body)
    except ValueError as error:
        raise DeliveryRefused("malformed") from error
    message_type = headers.get(f"{PREFIX}message-type", "")
    condition = read_text(payload, "subscription", "condition", "broadcaster_user_id")
    return Verified(
        message_id=message_id[:200],
        kind=message_type if message_type in {CHALLENGE, REVOCATION} else read_text(payload, "subscription", "type"),
        account_id=condition or read_text(payload, "subscription", "condition", "user_id"),
        remote_id=read_text(payload, "subscription", "id"),
        sent_at=sent_at,
        answer=read_text(payload, "challenge") if message_type == CHALLENGE else "",
        headers={name: value[:200] for name, value in headers.items() if name.startswith(PREFIX)},
    )
