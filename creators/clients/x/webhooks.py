"""X's Activity API: HMAC-SHA256 over the raw body, in base64, with the app's consumer secret; CRC by GET."""

from collections.abc import Mapping
from datetime import datetime

from creators.clients.lenient_json import read_json
from creators.clients.records import Verified
from creators.clients.signatures import DeliveryRefused, check_base64, sign_base64
from creators.normalisers.reading import hash_payload, read_text, read_value


def answer_crc(*, token: str, secret: str) -> str:
    """Return the ``response_token`` that proves the secret is known."""
    return f"sha256={sign_base64(key=secret, message=token.encode())}"


def verify(*, headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Verified:
    """Return what a delivery is; ``event_uuid`` knows what came before. X signs no instant.

    Raises:
        DeliveryRefused: the signature does not hold, or the body is no JSON.
    """
    algorithm, _, given = headers.get("x-twitter-webhooks-signature", "").partition("=")
    if algorithm != "sha256":
        raise DeliveryRefused("malformed")
    check_base64(given=given, key=secret, message=body)
    try:
        payload = read_json(body)
    except ValueError as error:
        raise DeliveryRefused("malformed") from error
    data = read_value(payload, "data")
    is_old_revocation = read_value(payload, "user_event", "revoke") is not None
    return Verified(
        message_id=(read_text(data, "event_uuid") or hash_payload(payload=payload))[:200],
        kind=read_text(data, "event_type") or ("oauth.revoke" if is_old_revocation else "legacy"),
        account_id=_find_account(payload),
    )


def _find_account(payload: object) -> str:
    data = read_value(payload, "data")
    event = read_value(data, "payload")
    return (
        read_text(data, "filter", "user_id")
        or read_text(event, "author_id")
        or read_text(event, "user_id")
        or read_text(payload, "for_user_id")
        or read_text(payload, "user_event", "revoke", "source", "user_id")
    )
