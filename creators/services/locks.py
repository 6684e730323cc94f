"""The creators app's locks, held until the end of the transaction."""

from django.db import connection

CONSENT, CATALOGUE, ACCOUNT = 7_401, 7_402, 7_430


def lock_consent(*, creator_id: int) -> None:
    """Serialise what a creator's consent decides: its records, and the row brands may search."""
    _lock(CONSENT, creator_id)


def lock_catalogue(*, creator_id: int) -> None:
    """Serialise merging into a creator's content items."""
    _lock(CATALOGUE, creator_id)


def lock_account(*, platform: str, account_id: str) -> None:
    """Serialise connecting one account of a platform, also before there is a row of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ACCOUNT, f"{platform}:{account_id}"])


def _lock(kind: int, creator_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [kind, creator_id])
