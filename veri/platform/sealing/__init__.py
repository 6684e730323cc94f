"""Secrets at rest: sealed with the newest of ``ENCRYPTION_KEYS``, opened with any of them."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealBroken(Exception):
    """None of the configured keys opens a sealed text: it was changed, or its key was removed."""


def seal(text: str) -> str:
    """Return a text encrypted and authenticated, in ASCII."""
    return _build_cipher().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return what was sealed.

    Raises:
        SealBroken: no key opens it.
    """
    try:
        return _build_cipher().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken from error


def _build_cipher() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
