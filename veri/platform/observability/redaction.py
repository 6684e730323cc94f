"""Keep secrets out of the logs: by the name of the field, and by the shape of the value."""

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

REDACTED = "[redacted]"
MAX_DEPTH = 6
_SECRET_NAME = re.compile(
    r"(?i)(^|[_\-.])(token|secret|passw(or)?d|passphrase|authorization|api[_-]?key|dsn|cookie|credential)s?($|[_\-.])"
    r"|(?i:sessionid|csrftoken|private[_-]?key|encryption[_-]?keys?|set-cookie)"
)
_SECRET_SHAPES = [
    (re.compile(r"(?i)\b(bearer|basic|token|api-key)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 " + REDACTED),
    (re.compile(r"([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s/]+@"), r"\1:" + REDACTED + "@"),
    (re.compile(r"(?i)([?&](?:[a-z_]*(?:token|secret|password|key|code|signature))=)[^&\s\"']+"), r"\1" + REDACTED),
    (re.compile(r"(?i)(\bpassword\s*=\s*)'?[^'\s,]+'?"), r"\1" + REDACTED),
    (re.compile(r"\b(sk-|pa-|xox[abp]-|ghp_)[A-Za-z0-9_-]{10,}"), r"\1" + REDACTED),
]


def redact_event(logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Structlog processor: replace secrets anywhere in the event."""
    for name, value in event.items():
        event[name] = _redact(name, value, MAX_DEPTH)
    return event


def redact_text(text: str) -> str:
    """Return the text without what looks like credentials."""
    for pattern, replacement in _SECRET_SHAPES:
        text = pattern.sub(replacement, text)
    return text


def _redact(name: str, value: Any, depth: int) -> Any:
    # Numbers are counts of tokens, not tokens.
    if value is not None and not isinstance(value, (bool, int, float)) and _SECRET_NAME.search(name):
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if depth and isinstance(value, Mapping):
        return {key: _redact(str(key), inner, depth - 1) for key, inner in value.items()}
    if depth and isinstance(value, (list, tuple)):
        return [_redact("", inner, depth - 1) for inner in value]
    return value
