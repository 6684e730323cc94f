"""What can go wrong with API keys and idempotency keys."""


class UnknownScopes(Exception):
    """Raised when a key is asked for with scopes nobody registered."""

    def __init__(self, *, scopes: list[str]) -> None:
        self.scopes = scopes
        super().__init__(f"unknown scopes: {', '.join(scopes)}")


class ApiKeyNotUsable(Exception):
    """Raised when an expired, revoked or already rotated key is rotated."""

    def __init__(self, *, prefix: str) -> None:
        super().__init__(f"API key {prefix} is expired, revoked or rotated already")
