"""Mercado Pago's webhook signature: HMAC-SHA256 over parts of the request; the body is not signed.

``x-signature: ts=…,v1=<hex>`` over ``id:{data.id};request-id:{x-request-id};ts:{ts};``, without the pairs that are
absent. Real deliveries were seen signed with the id in lower case and as it came: both are tried, and which one matched
is kept.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from billing.clients.payments import Hint, WebhookRefused

LONGEST_ID = 120
FUTURE = timedelta(minutes=5)
# Deliveries are tried again for days, and nobody says that they are signed anew: duplicates are told by the inbox.
OLDEST = timedelta(days=30)
_MILLISECONDS = 10**12
_DIGITS = 16


def verify(
    *, headers: Mapping[str, str], query: Mapping[str, str], secret: str, now: datetime, body: bytes = b""
) -> Hint:
    """Return what a delivery is about; see ``PaymentProvider.verify_webhook``."""
    if not secret:  # an empty key would be one everybody knows
        raise WebhookRefused("not_configured")
    ts, given = _read_header(headers.get("x-signature", ""))
    data_id = query.get("data.id", "")
    request_id = headers.get("x-request-id", "")
    if max(len(data_id), len(request_id)) > LONGEST_ID or "\0" in data_id + request_id:
        raise WebhookRefused("malformed")
    how = _find_match(data_id, request_id, ts, given, secret)
    _check_age(ts, now)
    return Hint(
        delivery_id=hashlib.sha256(f"{data_id}\n{request_id}\n{ts}".encode()).hexdigest(),
        topic=(query.get("type") or query.get("topic") or "")[:40].replace("\0", ""),
        data_id=data_id,
        verified_how=how,
        signed={"data.id": data_id, "x-request-id": request_id, "ts": ts, "v1": given},
        kept_body=body,
    )


def build_manifest(*, data_id: str, request_id: str, ts: str) -> str:
    pairs = (("id", data_id), ("request-id", request_id), ("ts", ts))
    return "".join(f"{name}:{value};" for name, value in pairs if value)


def sign(*, manifest: str, secret: str) -> str:
    return hmac.new(secret.encode(), manifest.encode(), hashlib.sha256).hexdigest()


def _find_match(data_id: str, request_id: str, ts: str, given: str, secret: str) -> str:
    for how, form in (("verbatim", data_id), ("lowercase", data_id.lower())):
        expected = sign(manifest=build_manifest(data_id=form, request_id=request_id, ts=ts), secret=secret)
        if hmac.compare_digest(expected.encode(), given.encode()):
            return how
    raise WebhookRefused("bad_signature")


def _read_header(header: str) -> tuple[str, str]:
    parts = dict(part.strip().split("=", 1) for part in header.split(",") if "=" in part)
    ts, given = parts.get("ts", ""), parts.get("v1", "")
    if not (ts.isascii() and ts.isdigit() and len(ts) <= _DIGITS and given):
        raise WebhookRefused("malformed")
    return ts, given


def _check_age(ts: str, now: datetime) -> None:
    """The text of ``ts`` is signed as it is; some senders write seconds, some milliseconds."""
    number = int(ts)
    seconds = number / 1000 if number >= _MILLISECONDS else number
    try:
        sent = datetime.fromtimestamp(seconds, tz=UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise WebhookRefused("malformed") from error
    if not now - OLDEST <= sent <= now + FUTURE:
        raise WebhookRefused("too_old")
