"""The engine's locks. Order: flags, then datasets by primary key."""

from django.db import connection

FLAG_LOCK = 7_301_001


def lock_flags() -> None:
    """Serialise flag changes until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FLAG_LOCK])
