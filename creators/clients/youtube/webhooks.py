"""YouTube's WebSub: HMAC-SHA1 over the raw body with the secret of the subscription (W3C WebSub, section 8)."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from creators.clients.records import Verified
from creators.clients.signatures import DeliveryRefused, check_hex
from creators.errors import PayloadNotUnderstood
from creators.normalisers.envelope import Delivery
from creators.normalisers.youtube_feed import normalise_feed

TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="
ALGORITHMS = {"sha1", "sha256"}


def read_channel(topic: str) -> str:
    """Return the channel a topic is about, or ''."""
    return parse_qs(urlsplit(topic).query).get("channel_id", [""])[0] if topic.startswith(TOPIC) else ""


def verify(*, headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> Verified:
    """Return what a delivery is. The hub signs no instant: what comes again is known by its videos and their edits.

    Raises:
        DeliveryRefused: the signature does not hold, or the body is no feed of anything.
    """
    algorithm, _, given = headers.get("x-hub-signature", "").partition("=")
    if algorithm not in ALGORITHMS:
        raise DeliveryRefused("malformed")
    check_hex(given=given, key=secret, message=body, algorithm=algorithm)
    try:
        entries = normalise_feed(body, Delivery(sent_at=now))
    except PayloadNotUnderstood as error:
        raise DeliveryRefused("malformed") from error
    if not entries:
        raise DeliveryRefused("empty")
    key = "|".join(sorted(entry.external_id for entry in entries))
    return Verified(
        message_id=key if len(key) <= 200 else hashlib.sha256(key.encode()).hexdigest(),  # noqa: PLR2004  the column
        kind=entries[0].type,
        account_id=entries[0].channel,
    )
