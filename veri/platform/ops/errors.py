"""What can go wrong in operations."""


class TransactionRequired(Exception):
    """Raised when a row that must commit with its cause is written outside of a transaction."""

    def __init__(self, *, what: str) -> None:
        super().__init__(f"{what} must be written in the transaction of what it describes")


class BackupFailed(Exception):
    """Raised when a backup cannot be made, does not verify or cannot be restored."""


class DeliveryFailed(Exception):
    """Raised when a notice was not accepted by its channel; retrying may help."""
