"""Codes that are shown or mailed once and stored as hashes."""

import hashlib


def hash_code(code: str) -> str:
    """Return the SHA-256 of a code, hexadecimal: enough for codes of at least 64 random bits."""
    return hashlib.sha256(code.encode()).hexdigest()
