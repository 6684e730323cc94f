"""Signatures of webhooks, compared in constant time over the bytes as received."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta


class DeliveryRefused(Exception):
    """A delivery that is not to be believed; ``reason`` is one of a few words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check_hex(*, given: str, key: str, message: bytes, algorithm: str) -> None:
    """Compare a signature in hexadecimal digits.

    Raises:
        DeliveryRefused: it is another one.
    """
    made = hmac.new(key.encode(), message, algorithm).hexdigest()
    _compare(given, made)


def sign_base64(*, key: str, message: bytes) -> str:
    return base64.b64encode(hmac.new(key.encode(), message, hashlib.sha256).digest()).decode()


def check_base64(*, given: str, key: str, message: bytes) -> None:
    """Compare a signature in base64.

    Raises:
        DeliveryRefused: it is another one.
    """
    _compare(given, sign_base64(key=key, message=message))


def _compare(given: str, made: str) -> None:
    if not hmac.compare_digest(given.encode(errors="backslashreplace"), made.encode()):
        raise DeliveryRefused("bad_signature")


def check_fresh(*, sent_at: datetime | None, now: datetime, window: timedelta) -> None:
    """Refuse what was signed too long ago, or in the future by as much.

    Raises:
        DeliveryRefused: it was, or carries no instant.
    """
    if sent_at is None:
        raise DeliveryRefused("malformed")
    if abs(now - sent_at) > window:
        raise DeliveryRefused("stale")
