"""Campaigns: made as a draft, changed, briefed, closed or cancelled; creators are invited to them."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction

from billing.campaign_enums import Action, CampaignKind, CampaignState, CollaborationState
from billing.campaign_errors import AlreadyInvited, GuardNotMet, InvalidTerms, MoveNotAllowed, MoveNotPossible
from billing.campaign_terms import EARLIEST_YEAR, LATEST_YEAR, MOST_DAYS
from billing.campaign_transitions import END_STATES
from billing.errors import InvalidAmount
from billing.locks import lock_campaign
from billing.models import Campaign, Collaboration
from billing.money import check_amount
from billing.queries.campaigns.parties import Actor
from billing.queries.workflows.definitions import get_default_version
from billing.services.campaigns.moving import move_collaboration, record_event
from creators.categories import CATEGORIES
from creators.models import Brand, Creator

_CHANGEABLE = (
    *("title", "objectives", "budget_minor", "currency", "timezone", "starts_on", "ends_on", "category"),
    *("requirements", "exclusivity_category", "exclusivity_days", "usage_channels", "usage_days", "usage_territory"),
)


@transaction.atomic(durable=True)
def create_campaign(*, brand: Brand, actor: Actor, now: datetime, **fields: Any) -> Campaign:
    """Make a draft; it keeps the workflow version its kind has now.

    Raises:
        InvalidTerms: fields that cannot stand; names each.
    """
    campaign = Campaign(brand=brand, created_at=now, updated_at=now, made_by=actor.user, **fields)
    _check(campaign)
    campaign.workflow_version = get_default_version(kind=campaign.kind)
    campaign.save(force_insert=True)
    return campaign


@transaction.atomic(durable=True)
def change_campaign(*, campaign: Campaign, actor: Actor, now: datetime, **fields: Any) -> Campaign:
    """Change a draft; once briefed, what was offered would no longer be what was briefed.

    Raises:
        MoveNotPossible: it is no draft any longer.
        InvalidTerms: fields that cannot stand, or may not be changed.
    """
    stored = lock_campaign(campaign_id=campaign.pk)
    if stored.state != CampaignState.DRAFT:
        raise MoveNotPossible(f"The campaign is {stored.get_state_display().lower()}; only a draft is changed.")
    if unknown := sorted(set(fields) - set(_CHANGEABLE)):
        raise InvalidTerms(dict.fromkeys(unknown, "Cannot be changed."))
    for name, value in fields.items():
        setattr(stored, name, value)
    stored.updated_at = now
    _check(stored)
    stored.save(update_fields=[*fields, "updated_at"])
    return stored


@transaction.atomic(durable=True)
def invite_creator(*, campaign: Campaign, creator: Creator, actor: Actor, now: datetime) -> Collaboration:
    """Let a creator take part; he sees it once he is made an offer.

    Raises:
        AlreadyInvited: he takes part already.
        MoveNotPossible: the campaign has ended.
        MoveNotAllowed: the creator's owner acts for the brand: nobody makes a contract with himself.
    """
    stored = lock_campaign(campaign_id=campaign.pk)
    if stored.state not in (CampaignState.DRAFT, CampaignState.BRIEFED):
        raise MoveNotPossible(f"The campaign is {stored.get_state_display().lower()}.")
    members = stored.brand.members.exclude(role="former")
    if creator.owner_id is not None and members.filter(user=creator.owner_id).exists():
        raise MoveNotAllowed("The creator's owner acts for this brand: nobody makes a contract with himself.")
    state = CollaborationState.DRAFT if stored.state == CampaignState.DRAFT else CollaborationState.BRIEFED
    try:
        with transaction.atomic():
            collaboration = Collaboration.objects.create(
                campaign=stored, creator=creator, state=state, currency=stored.currency, state_changed_at=now,
                created_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise AlreadyInvited("The creator takes part already.") from error
    record_event(
        campaign=stored, collaboration=collaboration, action=Action.INVITE, actor=actor, state_to=state, now=now
    )
    return collaboration


@transaction.atomic(durable=True)
def brief_campaign(*, campaign: Campaign, actor: Actor, now: datetime, reason: str = "") -> Campaign:
    """Settle the brief: from now on offers can be made, and it is not changed any longer.

    Raises:
        MoveNotPossible: it is no draft.
    """
    stored = _swap(campaign, (CampaignState.DRAFT,), CampaignState.BRIEFED, now)
    record_event(
        campaign=stored, action=Action.BRIEF, actor=actor, reason=reason, state_from=CampaignState.DRAFT,
        state_to=CampaignState.BRIEFED, now=now,
    )  # fmt: skip
    for one in stored.collaborations.select_for_update(of=("self",)).filter(state=CollaborationState.DRAFT):
        one.campaign = stored
        move_collaboration(collaboration=one, action=Action.BRIEF, actor=actor, reason=reason, now=now)
    return stored


@transaction.atomic(durable=True)
def end_campaign(*, campaign: Campaign, action: Action, actor: Actor, now: datetime, reason: str) -> Campaign:
    """Close a campaign whose collaborations have all ended, or cancel one, with those where nothing is held yet.

    What is still held and set aside for nobody goes back to the brand.

    Raises:
        MoveNotPossible: it has ended already.
        GuardNotMet: collaborations are under way; names how many.
        FundsFrozen: something is held, and a chargeback is open.
    """
    target = CampaignState.CLOSED if action == Action.CLOSE else CampaignState.CANCELLED
    sources = (CampaignState.BRIEFED,) if action == Action.CLOSE else (CampaignState.DRAFT, CampaignState.BRIEFED)
    came_from = campaign.state
    stored = _swap(campaign, sources, target, now)
    if action == Action.CANCEL:
        from billing.services.campaigns.cancelling import cancel_what_is_not_held  # it moves what this ends

        cancel_what_is_not_held(campaign=stored, actor=actor, reason=reason, now=now)
    under_way = stored.collaborations.exclude(state__in=[*END_STATES, CollaborationState.PAID]).count()
    if under_way:
        reasons = [f"{under_way} collaborations are under way."]
        raise GuardNotMet(f"'{action.label}' is not possible yet: {reasons[0]}", reasons=reasons)
    from billing.services.campaigns.refunding import return_what_is_left  # it reads the ledger, as few moves do

    returned = return_what_is_left(campaign=stored, actor=actor, now=now)
    record_event(
        campaign=stored, action=action, actor=actor, reason=reason, state_from=came_from, state_to=target,
        facts={"refunded_minor": returned}, now=now,
    )  # fmt: skip
    return stored


def _swap(campaign: Campaign, sources: tuple[CampaignState, ...], target: CampaignState, now: datetime) -> Campaign:
    stored = lock_campaign(campaign_id=campaign.pk)
    if stored.state not in sources:
        raise MoveNotPossible(
            f"The campaign is {stored.get_state_display().lower()}; {target.label.lower()} is not possible from there."
        )
    stored.state, stored.updated_at = target.value, now
    stored.save(update_fields=["state", "updated_at"])
    return stored


def _check(campaign: Campaign) -> None:
    problems = _find_problems(campaign)
    try:
        check_amount(minor=campaign.budget_minor, currency=campaign.currency)
    except InvalidAmount as error:
        problems["budget_minor"] = str(error)
    if problems:
        raise InvalidTerms(problems)


def _find_problems(campaign: Campaign) -> dict[str, str]:
    texts = {"title": 120, "objectives": 10_000, "usage_territory": 80}
    problems = {
        name: f"At most {longest} characters without NUL."
        for name, longest in texts.items()
        if len(getattr(campaign, name)) > longest or "\0" in getattr(campaign, name)
    }
    if not campaign.title.strip():
        problems["title"] = "Must not be empty."
    if campaign.kind not in CampaignKind.values:
        problems["kind"] = f"One of {', '.join(CampaignKind.values)}."
    if campaign.timezone not in available_timezones():
        problems["timezone"] = "A zone like Europe/Lisbon."
    problems |= {
        name: f"One of {', '.join(CATEGORIES)}, or empty."
        for name in ("category", "exclusivity_category")
        if getattr(campaign, name) not in ("", *CATEGORIES)
    }
    problems |= {
        name: f"0 to {MOST_DAYS}."
        for name in ("exclusivity_days", "usage_days")
        if not 0 <= getattr(campaign, name) <= MOST_DAYS
    }
    return problems | _find_wrong_days(campaign.starts_on, campaign.ends_on)


def _find_wrong_days(starts_on: date, ends_on: date) -> dict[str, str]:
    if ends_on <= starts_on:
        return {"ends_on": "Must be after starts_on."}
    if starts_on.year < EARLIEST_YEAR or ends_on.year >= LATEST_YEAR or ends_on - starts_on > timedelta(days=MOST_DAYS):
        return {"ends_on": f"At most {MOST_DAYS} days from {EARLIEST_YEAR} on, before {LATEST_YEAR}."}
    return {}
