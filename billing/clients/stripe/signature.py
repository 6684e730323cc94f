"""Stripe's webhook signature: HMAC-SHA256 over ``{t}.{body}``; one ``v1`` of the header matches; 300 s old at most."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from billing.clients.payments import Hint, WebhookRefused

TOLERANCE = timedelta(seconds=300)
_DIGITS = 12
_LONGEST = 120


def verify(*, headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Hint:
    """Return what a delivery is about; see ``PaymentProvider.verify_webhook``. Its body is signed, and names people."""
    if not secret:  # an empty key would be one everybody knows
        raise WebhookRefused("not_configured")
    pairs = [part.strip().split("=", 1) for part in headers.get("stripe-signature", "").split(",") if "=" in part]
    t = next((value for name, value in pairs if name == "t"), "")
    given = [value for name, value in pairs if name == "v1"]
    if not (t.isascii() and t.isdigit() and len(t) <= _DIGITS and given):
        raise WebhookRefused("malformed")
    expected = sign(t=t, body=body, secret=secret)
    matched = [one for one in given if hmac.compare_digest(expected.encode(), one.encode())]
    if not matched:
        raise WebhookRefused("bad_signature")
    if abs(now - datetime.fromtimestamp(int(t), tz=UTC)) > TOLERANCE:
        raise WebhookRefused("too_old")
    event = _read_event(body)
    signed = {"t": t, "v1": matched[0], "sha256": hashlib.sha256(body).hexdigest()}
    return Hint(
        delivery_id=event["id"][:_LONGEST],
        topic=event["type"][:80],
        data_id=find_payment_intent(event),
        verified_how="verbatim",
        signed=signed,
    )


def sign(*, t: str, body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), f"{t}.".encode() + body, hashlib.sha256).hexdigest()


def find_payment_intent(event: Mapping[str, Any]) -> str:
    """Return the id of the payment an event is about: the object itself, or the one it belongs to."""
    told: Any = event.get("data", {}).get("object", {})
    found = told.get("id") if told.get("object") == "payment_intent" else told.get("payment_intent")
    return found[:_LONGEST] if isinstance(found, str) and "\0" not in found else ""


def _read_event(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body)
    except ValueError as error:
        raise WebhookRefused("malformed") from error
    is_event = isinstance(event, dict) and all(isinstance(event.get(name), str) for name in ("id", "type"))
    if not is_event or not isinstance(event.get("data", {}).get("object"), dict) or "\0" in event["id"] + event["type"]:
        raise WebhookRefused("malformed")
    return dict(event)
