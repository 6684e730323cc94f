"""When a connection is read next."""

from datetime import datetime

from creators.models import SyncPlan


def plan_at_once(*, connection_id: int, now: datetime) -> None:
    """Let a connection be read as soon as somebody is free, from the beginning, inside the caller's transaction."""
    SyncPlan.objects.update_or_create(
        connection_id=connection_id,
        defaults={
            "next_due_at": now,
            "backoff_until": None,
            "cursor": {},
            "etag": "",
            "counted": {},
            "known_until": None,
            "must_list": True,
            "failures": 0,
        },
    )
