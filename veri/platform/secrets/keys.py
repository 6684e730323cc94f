"""The keys of ``ENCRYPTION_KEY``: the newest encrypts, all decrypt."""

import hashlib
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

FINGERPRINT_LENGTH = 12
SEPARATOR = "."


class SecretUnreadable(Exception):
    """A stored secret was encrypted with a key that is no longer configured, or was changed."""


def get_newest_fingerprint() -> str:
    """Return by what stored secrets under the newest key are known; it tells nothing of the key."""
    return _compute_fingerprint(settings.ENCRYPTION_KEYS[0])


def encrypt(text: str) -> str:
    """Return ``fingerprint.token``: which key it was is readable without decrypting."""
    key = settings.ENCRYPTION_KEYS[0]
    return f"{_compute_fingerprint(key)}{SEPARATOR}{Fernet(key).encrypt(text.encode()).decode()}"


def decrypt(stored: str) -> str:
    """Return the text of what ``encrypt`` wrote.

    Raises:
        SecretUnreadable: no configured key fits.
    """
    fingerprint, _, token = stored.partition(SEPARATOR)
    for key in settings.ENCRYPTION_KEYS:
        if _compute_fingerprint(key) == fingerprint:
            try:
                return Fernet(key).decrypt(token.encode()).decode()
            except InvalidToken as error:
                raise SecretUnreadable("The stored secret was changed.") from error
    raise SecretUnreadable("No configured key fits the stored secret; is an old key missing in ENCRYPTION_KEY?")


@lru_cache(maxsize=16)
def _compute_fingerprint(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:FINGERPRINT_LENGTH]
