"""What a caller's transaction means for writes that must last."""

from django.db import transaction


def require_no_transaction() -> None:
    """Refuse to go on inside a transaction: what is written next must be committed when its statement ends.

    Raises:
        RuntimeError: in a transaction, other than the one a test is wrapped in.
    """
    with transaction.atomic(durable=True):  # sends nothing
        pass
