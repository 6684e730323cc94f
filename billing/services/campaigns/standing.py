"""A collaboration stands where the least advanced of its deliverables does; every step of one is an event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from billing.campaign_enums import Action, CollaborationState, DeliverableState
from billing.campaign_errors import MoveNotPossible
from billing.campaign_transitions import WORK_STATES
from billing.locks import lock_collaboration
from billing.models import Collaboration, Deliverable
from billing.queries.campaigns.parties import Actor
from billing.services.campaigns.moving import move_collaboration, record_event
from veri.platform.events.services import publish_event

MOVED = "deliverable.moved"
_STATES = {
    DeliverableState.PLANNED: CollaborationState.IN_PRODUCTION,
    DeliverableState.CHANGES_REQUESTED: CollaborationState.CHANGES_REQUESTED,
    DeliverableState.SUBMITTED: CollaborationState.SUBMITTED,
    DeliverableState.APPROVED: CollaborationState.APPROVED,
    DeliverableState.PUBLISHED: CollaborationState.PUBLISHED,
    DeliverableState.VERIFIED: CollaborationState.VERIFIED,
    DeliverableState.RELEASED: CollaborationState.RELEASED,
}


def lock_deliverable(*, deliverable: Deliverable, waits: bool = True) -> Deliverable:
    """Return a deliverable as it is now, with its collaboration, its campaign locked."""
    collaboration = lock_collaboration(collaboration_id=deliverable.collaboration_id, waits=waits)
    stored = Deliverable.objects.select_related("content").get(pk=deliverable.pk)
    stored.collaboration = collaboration
    return stored


def require_state(deliverable: Deliverable, *states: DeliverableState) -> None:
    """Refuse a step of a deliverable that stands elsewhere, or whose collaboration is not at work.

    Raises:
        MoveNotPossible: says where it stands.
    """
    collaboration = deliverable.collaboration
    if collaboration.state not in WORK_STATES:
        raise MoveNotPossible(f"The collaboration is {collaboration.get_state_display().lower()}.")
    if deliverable.state not in states:
        raise MoveNotPossible(f"The deliverable is {deliverable.get_state_display().lower()}.")


def move_deliverable(
    *,
    deliverable: Deliverable,
    target: DeliverableState,
    action: Action,
    actor: Actor,
    now: datetime,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
    **changes: Any,
) -> Collaboration:
    """Move a locked deliverable and, where it was the least advanced, its collaboration; write one event for both.

    Raises:
        MoveNotAllowed, GuardNotMet: see ``move_collaboration``.
    """
    came_from, collaboration = deliverable.state, deliverable.collaboration
    Deliverable.objects.filter(pk=deliverable.pk).update(state=target, **changes)
    for name, value in {"state": target.value, **changes}.items():
        setattr(deliverable, name, value)
    told = {"deliverable": deliverable.pk, "deliverable_from": came_from, "deliverable_to": target.value}
    publish_event(
        name=MOVED,
        key=str(collaboration.campaign_id),
        payload={
            "campaign": collaboration.campaign_id,
            "collaboration": collaboration.pk,
            "deliverable": deliverable.pk,
            "creator_id": collaboration.creator_id,
            "event": action.value,
            "from": came_from,
            "to": target.value,
        },
    )
    standing = find_standing(collaboration)
    told |= dict(facts or {})
    if standing == collaboration.state:
        record_event(
            campaign=collaboration.campaign, collaboration=collaboration, action=action, actor=actor, reason=reason,
            state_from=standing, state_to=standing, facts=told, now=now,
        )  # fmt: skip
        return collaboration
    return move_collaboration(
        collaboration=collaboration, action=action, actor=actor, reason=reason, target=standing, facts=told, now=now
    )


def find_standing(collaboration: Collaboration) -> CollaborationState:
    """Return the state of the least advanced deliverable."""
    order = list(_STATES)
    states = set(
        Deliverable.objects.filter(collaboration=collaboration)
        .exclude(state=DeliverableState.CANCELLED)
        .values_list("state", flat=True)
    )
    return _STATES[next(one for one in order if one in states)]
