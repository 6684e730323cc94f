"""The creators app's locks, held until the end of the transaction."""

from collections.abc import Iterable

from django.db import connection

CONSENT, CATALOGUE = 7_401, 7_402
ADDRESS, HANDLE = 7_411, 7_412
ACCOUNT = 7_430
SCORING, STREAK, SEASONS = 7_461, 7_462, 7_463


def lock_consent(*, creator_id: int) -> None:
    """Serialise what a creator's consent decides: its records, and the row brands may search."""
    _lock(CONSENT, creator_id)


def lock_catalogue(*, creator_id: int) -> None:
    """Serialise merging into a creator's content items."""
    _lock(CATALOGUE, creator_id)


def lock_address(*, email: str) -> None:
    """Serialise what is sent to an address, and which account has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(lower(%s)))", [ADDRESS, email])


def lock_handles(*, keys: Iterable[str]) -> None:
    """Serialise who gets handles with these keys; in one order, so that nobody waits in a circle."""
    with connection.cursor() as cursor:
        for key in sorted(set(keys)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [HANDLE, key])


def lock_scoring() -> None:
    """Serialise writing figures and scores: one batch at a time."""
    _lock(SCORING, 0)


def lock_account(*, platform: str, account_id: str) -> None:
    """Serialise connecting one account of a platform, also before there is a row of it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ACCOUNT, f"{platform}:{account_id}"])


def lock_streak(*, creator_id: int) -> None:
    """Serialise a creator's days, freezes and zone."""
    _lock(STREAK, creator_id)


def lock_seasons() -> None:
    """Serialise opening a season."""
    _lock(SEASONS, 0)


def _lock(kind: int, creator_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [kind, creator_id])
