"""The creators app's locks, held until the end of the transaction."""

from django.db import connection

CONSENT, CATALOGUE, SCORING, STREAK, SEASONS = 7_401, 7_402, 7_461, 7_462, 7_463


def lock_consent(*, creator_id: int) -> None:
    """Serialise what a creator's consent decides: its records, and the row brands may search."""
    _lock(CONSENT, creator_id)


def lock_catalogue(*, creator_id: int) -> None:
    """Serialise merging into a creator's content items."""
    _lock(CATALOGUE, creator_id)


def lock_scoring() -> None:
    """Serialise writing figures and scores: one batch at a time."""
    _lock(SCORING, 0)


def lock_streak(*, creator_id: int) -> None:
    """Serialise a creator's days, freezes and zone."""
    _lock(STREAK, creator_id)


def lock_seasons() -> None:
    """Serialise opening a season."""
    _lock(SEASONS, 0)


def _lock(kind: int, creator_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [kind, creator_id])
