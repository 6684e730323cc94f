"""Give back to the brand what was set aside for a collaboration."""

from datetime import datetime

from django.db import transaction

from billing.campaign_enums import Action, DeliverableState
from billing.locks import lock_collaboration
from billing.models import Campaign, CampaignFunds, Collaboration, Deliverable
from billing.money import Money
from billing.queries.campaigns.parties import Actor
from billing.services.campaigns.funding import compute_free
from billing.services.campaigns.moving import move_collaboration
from billing.services.campaigns.releasing import build_cause, take_from_funded
from billing.services.held_funds import close_funds, refund_held


@transaction.atomic(durable=True)
def refund_collaboration(*, collaboration: Collaboration, actor: Actor, reason: str, now: datetime) -> Collaboration:
    """End a funded collaboration before its work began: the whole fee goes back to the brand.

    Raises:
        MoveNotPossible, MoveNotAllowed, GuardNotMet: production has begun (that is a dispute), or not this side's.
        FundsFrozen: the campaign's held funds are frozen.
    """
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    move_collaboration(
        collaboration=stored, action=Action.REFUND, actor=actor, reason=reason,
        facts={"amount_minor": stored.funded_minor}, now=now,
    )  # fmt: skip
    refund_set_aside(collaboration=stored, minor=stored.funded_minor, actor=actor, key="refund", now=now)
    cancel_deliverables(collaboration=stored)
    return stored


def refund_set_aside(*, collaboration: Collaboration, minor: int, actor: Actor, key: str, now: datetime) -> None:
    """Refund a part of what was set aside, inside the caller's transaction; ``key`` makes it happen once."""
    if not minor:
        return
    refund_held(
        campaign_ref=collaboration.campaign_id,
        amount=Money(minor=minor, currency=collaboration.currency),
        cause=build_cause(actor, f"collaboration {collaboration.pk} {key}"),
        key=f"collaboration:{collaboration.pk}:{key}",
        now=now,
    )
    take_from_funded(collaboration=collaboration, minor=minor)


def cancel_deliverables(*, collaboration: Collaboration) -> None:
    """End what is not released of a collaboration that has ended."""
    open_ones = Deliverable.objects.filter(collaboration=collaboration).exclude(state=DeliverableState.RELEASED)
    open_ones.update(state=DeliverableState.CANCELLED, review_due_at=None, release_due_at=None, next_check_at=None)


def return_what_is_left(*, campaign: Campaign, actor: Actor, now: datetime) -> int:
    """Refund what a campaign that ends still holds for nobody, and close its funds; return how many minor units.

    Runs inside the caller's transaction. What is paid later belongs to the brand and is not held.

    Raises:
        FundsFrozen: something is left, and the funds are frozen.
    """
    if not CampaignFunds.objects.filter(campaign_ref=campaign.pk).exists():
        return 0
    left = compute_free(campaign=campaign)
    cause = build_cause(actor, f"campaign {campaign.pk} ended")
    if left > 0:
        amount = Money(minor=left, currency=campaign.currency)
        refund_held(campaign_ref=campaign.pk, amount=amount, cause=cause, key="left", now=now)
    close_funds(campaign_ref=campaign.pk, cause=cause, now=now)
    return max(left, 0)
