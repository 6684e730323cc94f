"""The one compare-and-swap of a collaboration's state, with its event row and its announcement."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from billing.campaign_enums import Action, CollaborationState
from billing.campaign_errors import GuardNotMet, MoveNotPossible
from billing.campaign_transitions import find_transition
from billing.models import Campaign, CampaignEvent, Collaboration
from billing.queries.campaigns.guards import read_guards
from billing.queries.campaigns.parties import Actor
from billing.services.workflows.stages import enter_stage
from veri.platform.events.services import publish_event
from veri.platform.ops.errors import TransactionRequired
from veri.platform.ops.services.audit import record_audit

MOVED = "campaign.moved"


def move_collaboration(
    *,
    collaboration: Collaboration,
    action: Action,
    actor: Actor,
    now: datetime,
    reason: str = "",
    target: CollaborationState | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Collaboration:
    """Make a move of the table inside the caller's transaction; return the collaboration as it is then.

    Writes the event row and publishes ``campaign.moved`` {id, campaign, collaboration, creator_id, event, from, to}.
    Staff's moves are audited too.

    Raises:
        MoveNotPossible: the table has no such move from here, or somebody was faster.
        MoveNotAllowed: it is another side's to make.
        GuardNotMet: a guard does not hold; carries every reason.
    """
    if not connection.in_atomic_block:
        raise TransactionRequired(what="a campaign's move")
    source = CollaborationState(collaboration.state)
    transition = find_transition(action=action, source=source, side=actor.side, target=target)
    reasons = read_guards(collaboration=collaboration, transition=transition, now=now)
    if reasons:
        raise GuardNotMet(f"'{action.label}' is not possible yet: {' '.join(reasons)}", reasons=reasons)
    mine = Collaboration.objects.filter(pk=collaboration.pk, state=source, epoch=collaboration.epoch)
    if not mine.update(state=transition.target, epoch=collaboration.epoch + 1, state_changed_at=now):
        raise MoveNotPossible("Somebody else moved this collaboration at the same time. Look again.")
    collaboration.state, collaboration.epoch = transition.target.value, collaboration.epoch + 1
    collaboration.state_changed_at = now
    record_event(
        campaign=collaboration.campaign, collaboration=collaboration, action=action, actor=actor, reason=reason,
        state_from=source, state_to=transition.target, facts=facts, now=now,
    )  # fmt: skip
    enter_stage(collaboration=collaboration, now=now)
    return collaboration


def record_event(
    *,
    campaign: Campaign,
    action: Action,
    actor: Actor,
    now: datetime,
    collaboration: Collaboration | None = None,
    reason: str = "",
    state_from: str = "",
    state_to: str = "",
    facts: Mapping[str, Any] | None = None,
) -> CampaignEvent:
    """Write what happened and announce it, inside the caller's transaction."""
    event = CampaignEvent.objects.create(
        campaign=campaign,
        collaboration=collaboration,
        action=action,
        state_from=state_from,
        state_to=state_to,
        side=actor.side,
        actor=actor.user,
        reason=reason,
        facts=dict(facts or {}),
        at=now,
    )
    part = {"collaboration": collaboration.pk, "creator_id": collaboration.creator_id} if collaboration else {}
    publish_event(
        name=MOVED,
        key=str(campaign.pk),
        payload={
            "id": event.pk,
            "campaign": campaign.pk,
            **part,
            "event": action.value,
            "from": state_from,
            "to": state_to,
        },
    )
    if actor.side == "staff":
        record_audit(
            actor=actor.user, action=f"campaign.{action.value}", target=collaboration or campaign, reason=reason,
            before={"state": state_from}, after={"state": state_to, **dict(facts or {})}, now=now,
        )  # fmt: skip
    return event
