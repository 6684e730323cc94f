"""What an API key may be used for."""

_scopes: dict[str, str] = {
    "interactions:write": "Ingest interactions",
    "interactions:read": "Read interactions",
    "memories:read": "Read memories",
    "search": "Search memories",
    "assistant": "Ask the assistant",
    "usage:read": "Read usage and costs",
}


def register_scope(*, name: str, description: str) -> None:
    """Make one more scope known; a name is registered once, at start."""
    _scopes[name] = description


def list_scopes() -> dict[str, str]:
    """Return every known scope with its description."""
    return dict(sorted(_scopes.items()))
