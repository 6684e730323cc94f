"""Fund a campaign, and set what is held aside for the collaborations that were signed."""

from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from billing.campaign_enums import Action, CampaignState, CollaborationState, Side
from billing.campaign_errors import InvalidTerms, MoveNotAllowed, MoveNotPossible
from billing.errors import InvalidAmount
from billing.locks import lock_campaign
from billing.models import Campaign, Collaboration, PaymentIntent
from billing.money import Money, check_amount
from billing.payment_enums import IntentState, PaymentPurpose
from billing.queries.campaigns.parties import PROVIDER, Actor
from billing.services.campaigns.moving import move_collaboration
from billing.services.held_funds import get_held, request_funding


@transaction.atomic(durable=True)
def ask_for_funding(
    *, campaign: Campaign, actor: Actor, now: datetime, amount_minor: object = None, provider: str = ""
) -> PaymentIntent:
    """Ask for what the signed collaborations lack, or for another amount; asked twice, the open payment is the answer.

    Raises:
        MoveNotAllowed: only the brand pays.
        MoveNotPossible: nothing is missing, or the campaign is over.
        InvalidTerms: an amount that is none, or more than the budget leaves.
    """
    stored = lock_campaign(campaign_id=campaign.pk)
    if actor.side != Side.BRAND:
        raise MoveNotAllowed("The brand funds its campaign.")
    if stored.state != CampaignState.BRIEFED:
        raise MoveNotPossible(f"The campaign is {stored.get_state_display().lower()}.")
    wanted = compute_missing(campaign=stored) if amount_minor is None else amount_minor
    if amount_minor is None and not wanted:
        raise MoveNotPossible("Nothing is missing: no signed collaboration waits for funds.")
    amount = _check_funding(stored, wanted)
    same = PaymentIntent.objects.filter(
        purpose=PaymentPurpose.CAMPAIGN, campaign_ref=stored.pk, amount_minor=amount.minor,
        state__in=[IntentState.REQUESTED, IntentState.OPEN],
    )  # fmt: skip
    if found := same.order_by("pk").last():
        return found
    return request_funding(
        campaign_ref=stored.pk, brand=stored.brand, amount=amount, actor=actor.user, provider=provider,
        description=stored.title, now=now,
    )  # fmt: skip


def compute_missing(*, campaign: Campaign) -> int:
    """Return how many minor units the signed collaborations lack beyond what is held and free."""
    signed = Collaboration.objects.filter(campaign=campaign, state=CollaborationState.SIGNED)
    lacking = sum((one.fee_minor or 0) - one.funded_minor for one in signed)
    return max(0, lacking - compute_free(campaign=campaign))


def compute_free(*, campaign: Campaign) -> int:
    """Return how many minor units are held for a campaign and set aside for nobody."""
    taken = Collaboration.objects.filter(campaign=campaign).aggregate(sum=Sum("funded_minor"))["sum"] or 0
    return get_held(campaign.pk).minor - int(taken)


def allocate_funds(*, campaign: Campaign, now: datetime) -> int:
    """Set free held funds aside for signed collaborations, the earliest first, inside the caller's transaction.

    One that is covered moves on at once; return how many did. The campaign must be locked.
    """
    free = compute_free(campaign=campaign)
    waiting = Collaboration.objects.select_for_update(of=("self",)).filter(
        campaign=campaign, state=CollaborationState.SIGNED
    )
    moved = 0
    for one in waiting.order_by("state_changed_at", "pk"):
        lacking = (one.fee_minor or 0) - one.funded_minor
        if lacking > free:
            continue
        free -= lacking
        one.campaign, one.funded_minor = campaign, one.fee_minor or 0
        Collaboration.objects.filter(pk=one.pk).update(funded_minor=one.funded_minor)
        move_collaboration(
            collaboration=one, action=Action.FUND, actor=PROVIDER, facts={"amount_minor": one.funded_minor}, now=now
        )
        moved += 1
    return moved


@transaction.atomic(durable=True)
def settle_funding(*, campaign_id: int, now: datetime) -> int:
    """Set aside what was just paid; return how many collaborations moved on. Again moves none."""
    return allocate_funds(campaign=lock_campaign(campaign_id=campaign_id), now=now)


def _check_funding(campaign: Campaign, wanted: object) -> Money:
    try:
        amount = check_amount(minor=wanted, currency=campaign.currency)
    except InvalidAmount as error:
        raise InvalidTerms({"amount_minor": str(error)}) from error
    left = campaign.budget_minor - get_held(campaign.pk).minor
    if amount.minor > left:
        shown = Money(minor=max(left, 0), currency=campaign.currency)
        raise InvalidTerms({"amount_minor": f"The budget leaves {shown} to be held."})
    return amount
