"""TikTok's webhooks: ``TikTok-Signature: t=<unix>,s=<hex>``, HMAC-SHA256 over time, a dot and the raw body."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from creators.clients.lenient_json import read_json
from creators.clients.records import Verified
from creators.clients.signatures import DeliveryRefused, check_fresh, check_hex
from creators.normalisers.reading import hash_payload, parse_instant, read_text, read_value

WINDOW = timedelta(minutes=5)


def verify(*, headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Verified:
    """Return what a delivery is, if its signature holds and it is at most five minutes old.

    There is no message id: event, user, time and content together tell what came before.

    Raises:
        DeliveryRefused: it is not to be believed.
    """
    pairs = (part.partition("=") for part in headers.get("tiktok-signature", "").split(","))
    parts = {name.strip(): value for name, _, value in pairs}
    sent, given = parts.get("t", ""), parts.get("s", "")
    if not (sent and given):
        raise DeliveryRefused("malformed")
    check_hex(given=given, key=secret, message=f"{sent}.".encode() + body, algorithm="sha256")
    sent_at = parse_instant(sent)
    check_fresh(sent_at=sent_at, now=now, window=WINDOW)
    try:
        payload = read_json(body)
    except ValueError as error:
        raise DeliveryRefused("malformed") from error
    user = read_text(payload, "user_openid")
    key = [read_text(payload, "event"), user, read_value(payload, "create_time"), read_value(payload, "content")]
    return Verified(
        message_id=hash_payload(payload=key), kind=read_text(payload, "event"), account_id=user, sent_at=sent_at
    )
