"""The words an interaction is found by: its text, and what its attachments say of themselves."""

from typing import Any

CAPTIONS_VERSION = 1  # raise it with every change: what both stores index depends on it
_NAMES = ("caption", "alt_text", "title", "description")


def build_search_text(*, text: str, attachments: Any) -> str:
    """Return the text with the captions of its attachments; a plain string is a caption unless it is an address."""
    listed = attachments if isinstance(attachments, list) else []
    captions = [caption for one in listed for caption in _list_captions(one)]
    return " ".join([text, *captions]).strip() if captions else text


def _list_captions(attachment: Any) -> list[str]:
    given = [attachment.get(name) for name in _NAMES] if isinstance(attachment, dict) else [attachment]
    return [one for one in given if isinstance(one, str) and one.strip() and "://" not in one]
