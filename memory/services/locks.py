"""The memory app's locks."""

from django.db import connection

FORMATION = 7_302
SESSION = 7_303
PROVIDERS = 7_303_002
WEIGHTS = 7_304
INTRODUCTION = 7_332


def lock_formation(*, creator_id: int) -> None:
    """Serialise formation of one creator until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [FORMATION, creator_id])


def try_lock_formation(*, creator_id: int) -> bool:
    """Take the same lock if nobody holds it; return whether it is held now, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashint8(%s))", [FORMATION, creator_id])
        (held,) = cursor.fetchone()
    return bool(held)


def lock_session(*, creator_id: int, conversation: str) -> None:
    """Serialise the claims of one conversation's sessions until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [SESSION, f"{creator_id}:{conversation}"])


def lock_providers() -> None:
    """Serialise changes of the provider until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PROVIDERS])


def lock_weights() -> None:
    """Serialise changes of which learnt weights are in force until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WEIGHTS])


def lock_introduction(*, creator_id: int) -> None:
    """Serialise keeping a creator's introduction until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashint8(%s))", [INTRODUCTION, creator_id])
