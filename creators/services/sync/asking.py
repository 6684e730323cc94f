"""Ask for a connection to be read sooner than planned."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest, Least

from creators.errors import ConnectionNotActive
from creators.models import SyncPlan
from veri.platform.events.services import publish_event

ASKED_EVENT = "sync.asked"
AFTER_CHANGE = timedelta(minutes=5)


@transaction.atomic(durable=True)
def ask_for_sync(*, connection_id: int, now: datetime) -> SyncPlan:
    """Let a connection be read now, or as soon as its platform allows; return its plan.

    Publishes ``sync.asked`` {connection_id}.

    Raises:
        ConnectionNotActive: it is not connected.
    """
    plan = SyncPlan.objects.select_for_update().filter(connection_id=connection_id).first()
    if plan is None:
        raise ConnectionNotActive("Only an active connection can be read.")
    plan.next_due_at = max(now, plan.backoff_until or now)
    plan.asked_at, plan.must_list = now, True
    plan.save(update_fields=["next_due_at", "asked_at", "must_list"])
    publish_event(name=ASKED_EVENT, payload={"connection_id": connection_id})
    return plan


@transaction.atomic(durable=True)
def note_change(*, connection_id: int, now: datetime) -> None:
    """Let a connection be read within minutes, since its platform says that something changed."""
    soon = now + AFTER_CHANGE
    SyncPlan.objects.filter(connection_id=connection_id).update(
        must_list=True, next_due_at=Least(F("next_due_at"), Greatest(soon, F("backoff_until")))
    )
