"""How lastingly a pass keeps its progress."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def hold_lazily() -> Iterator[None]:
    """Open a transaction whose commit does not wait for the disk, and so makes no writer wait.

    When the database's machine fails, the last moments are lost in order: a pass then repeats them.
    """
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
        yield
