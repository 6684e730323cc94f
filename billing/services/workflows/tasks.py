"""Complete the tasks a workflow asks for."""

from datetime import datetime

from django.db import transaction

from billing.campaign_enums import Side
from billing.campaign_errors import MoveNotAllowed, MoveNotPossible
from billing.locks import lock_collaboration
from billing.models import CampaignTask, Collaboration
from billing.queries.campaigns.parties import Actor


@transaction.atomic(durable=True)
def complete_task(*, collaboration: Collaboration, key: str, actor: Actor, now: datetime) -> CampaignTask:
    """Note that a task is done; again changes nothing.

    Raises:
        MoveNotPossible: there is no such task.
        MoveNotAllowed: it is another side's; staff may complete any.
    """
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    if "\0" in key:
        raise MoveNotPossible("There is no such task.")
    task = CampaignTask.objects.filter(collaboration=stored, key=key).first()
    if task is None:
        raise MoveNotPossible("There is no such task.")
    if actor.side not in (task.side, Side.STAFF):
        raise MoveNotAllowed(f"This is for the {Side(task.side).label.lower()}.")
    if task.done_at is None:
        task.done_at, task.done_by = now, actor.user
        task.save(update_fields=["done_at", "done_by"])
    return task
