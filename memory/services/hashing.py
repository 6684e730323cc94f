"""One name for what is said, however it is written."""

from hashlib import blake2b

from veri.platform.text import normalise


def hash_content(*parts: str) -> str:
    """Return 32 hex digits of the normalised parts: writing, case and blanks do not count."""
    return blake2b("\x1f".join(normalise(part) for part in parts).encode(), digest_size=16).hexdigest()
