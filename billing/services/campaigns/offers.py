"""Offers and answers: each answer names the offer it answers, so that nobody accepts what he has not seen."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from billing.campaign_enums import Action, CollaborationState, OfferState, Side
from billing.campaign_errors import InvalidTerms, MoveNotAllowed, OfferOutdated
from billing.campaign_terms import check_fee, check_terms
from billing.campaign_transitions import HELD_STATES, find_transition
from billing.locks import lock_bindings, lock_collaboration
from billing.models import Collaboration, Offer
from billing.queries.campaigns.guards import find_open_offer
from billing.queries.campaigns.parties import CLOCK, Actor
from billing.queries.workflows.definitions import get_definition
from billing.services.campaigns.accepting import apply_terms
from billing.services.campaigns.moving import move_collaboration, record_event

MOST_OFFER_DAYS = 90
LONGEST_MESSAGE = 2_000


@transaction.atomic(durable=True)
def make_offer(
    *,
    collaboration: Collaboration,
    actor: Actor,
    amount_minor: object,
    currency: str,
    terms: Mapping[str, Any],
    now: datetime,
    answers: int | None = None,
    message: str = "",
    valid_days: int | None = None,
) -> Offer:
    """Make the first offer, a counter-offer to the one named by its number, or propose other terms for a contract.

    Raises:
        InvalidTerms: an amount or terms that cannot stand.
        OfferOutdated: ``answers`` is not the open offer.
        MoveNotPossible, MoveNotAllowed, GuardNotMet: see ``move_collaboration``.
    """
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    fee = check_fee(minor=amount_minor, currency=currency, campaign_currency=stored.currency)
    check_terms(document=terms, amount=fee)
    state = CollaborationState(stored.state)
    is_amendment = state not in (CollaborationState.BRIEFED, CollaborationState.OFFERED, CollaborationState.COUNTERED)
    if is_amendment:
        _check_amendment(stored, actor, fee.minor)
    answered = _answer(stored, answers, now)
    days = _check_days(valid_days, get_definition(campaign=stored.campaign).offer_days)
    offer = Offer.objects.create(
        collaboration=stored,
        number=Offer.objects.filter(collaboration=stored).count() + 1,
        side=actor.side,
        made_by=actor.user,
        amount_minor=fee.minor,
        currency=fee.currency,
        terms=dict(terms),
        message=message[:LONGEST_MESSAGE],
        answers=answered,
        is_amendment=is_amendment,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    _announce(stored, offer, actor, now)
    return offer


@transaction.atomic(durable=True)
def accept_offer(*, collaboration: Collaboration, number: int, actor: Actor, now: datetime) -> Collaboration:
    """Accept one offer; accepting it again returns the same.

    Raises:
        OfferOutdated: it is not the latest open one.
        MoveNotAllowed: nobody accepts his own side's offer.
        MoveNotPossible, GuardNotMet: see ``move_collaboration``.
    """
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    if stored.accepted_offer is not None and stored.accepted_offer.number == number:
        return stored
    offer = _take_open(stored, number)
    if offer.side == actor.side:
        raise MoveNotAllowed("An offer is for the other side to accept.")
    if actor.side not in (Side.BRAND, Side.CREATOR):
        raise MoveNotAllowed("An offer is accepted by the brand or the creator.")
    if stored.creator_id is not None:
        lock_bindings(creator_id=stored.creator_id)
    action = Action.AMEND if offer.is_amendment else Action.ACCEPT
    if offer.is_amendment and offer.expires_at <= now:
        raise OfferOutdated("The offer has expired.")
    moved = move_collaboration(
        collaboration=stored, action=action, actor=actor, now=now,
        facts={"offer": offer.number, "amount_minor": offer.amount_minor, "currency": offer.currency},
    )  # fmt: skip
    apply_terms(collaboration=moved, offer=offer, now=now)
    if offer.is_amendment:
        _renew(moved, actor, now)
    return moved


@transaction.atomic(durable=True)
def decline_offer(
    *, collaboration: Collaboration, number: int, actor: Actor, reason: str, now: datetime
) -> Collaboration:
    """Decline one offer: the collaboration ends with it, an amendment only falls.

    Raises:
        OfferOutdated, MoveNotPossible, MoveNotAllowed: as for accepting.
    """
    stored = lock_collaboration(collaboration_id=collaboration.pk)
    offer = _take_open(stored, number)
    if offer.is_amendment:
        record_event(
            campaign=stored.campaign, collaboration=stored, action=Action.DECLINE, actor=actor, reason=reason,
            state_from=stored.state, state_to=stored.state, facts={"offer": offer.number}, now=now,
        )  # fmt: skip
    else:
        move_collaboration(
            collaboration=stored, action=Action.DECLINE, actor=actor, reason=reason, facts={"offer": offer.number},
            now=now,
        )  # fmt: skip
    _settle(offer, OfferState.DECLINED, now)
    return stored


@transaction.atomic(durable=True)
def expire_offer(*, collaboration: Collaboration, now: datetime) -> bool:
    """Let an overdue offer lapse, and with it what was not agreed yet; return whether there was one."""
    stored = lock_collaboration(collaboration_id=collaboration.pk, waits=False)
    offer = find_open_offer(stored)
    if offer is None or offer.expires_at > now:
        return False
    if not offer.is_amendment:
        move_collaboration(
            collaboration=stored, action=Action.EXPIRE, actor=CLOCK, facts={"offer": offer.number}, now=now
        )
    _settle(offer, OfferState.EXPIRED, now)
    return True


def _renew(collaboration: Collaboration, actor: Actor, now: datetime) -> None:
    from billing.services.contracts.sending import renew_contract  # documents load slowly

    renew_contract(collaboration=collaboration, actor=actor, now=now)


def _check_amendment(collaboration: Collaboration, actor: Actor, fee_minor: int) -> None:
    find_transition(action=Action.AMEND, source=CollaborationState(collaboration.state), side=actor.side)
    if collaboration.state in HELD_STATES and fee_minor != collaboration.fee_minor:
        raise InvalidTerms({"amount_minor": "The fee is held already and cannot be changed; only other terms can."})


def _answer(collaboration: Collaboration, number: int | None, now: datetime) -> Offer | None:
    """Settle the offer that is answered; a first offer answers none."""
    offer = find_open_offer(collaboration)
    if offer is None and number is None:
        return None
    if offer is None or offer.number != number:
        raise OfferOutdated(_describe_open(offer))
    _settle(offer, OfferState.COUNTERED, now)
    return offer


def _announce(collaboration: Collaboration, offer: Offer, actor: Actor, now: datetime) -> None:
    facts = {"offer": offer.number, "amount_minor": offer.amount_minor, "currency": offer.currency}
    if offer.is_amendment:
        record_event(
            campaign=collaboration.campaign, collaboration=collaboration, action=Action.OFFER, actor=actor,
            state_from=collaboration.state, state_to=collaboration.state, facts={**facts, "amendment": True}, now=now,
        )  # fmt: skip
        return
    action = Action.OFFER if collaboration.state == CollaborationState.BRIEFED else Action.COUNTER
    move_collaboration(collaboration=collaboration, action=action, actor=actor, facts=facts, now=now)


def _take_open(collaboration: Collaboration, number: int) -> Offer:
    offer = find_open_offer(collaboration)
    if offer is None or offer.number != number:
        raise OfferOutdated(_describe_open(offer))
    return offer


def _describe_open(offer: Offer | None) -> str:
    return f"The open offer is number {offer.number}: look at it first." if offer else "No offer is open."


def _settle(offer: Offer, state: OfferState, now: datetime) -> None:
    Offer.objects.filter(pk=offer.pk).update(state=state, decided_at=now)


def _check_days(given: int | None, default: int) -> int:
    days = default if given is None else given
    if not 1 <= days <= MOST_OFFER_DAYS:
        raise InvalidTerms({"valid_days": f"1 to {MOST_OFFER_DAYS}."})
    return days
