"""The guards of the moves, read now: each says why it does not hold, or nothing."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db.models import Sum

from billing.campaign_enums import DeliverableState, DisputeState, Guard, OfferState
from billing.campaign_transitions import AGREED_STATES, HELD_STATES, OPEN_OFFER_STATES, Transition
from billing.models import Account, CampaignTask, Collaboration, Deliverable, Offer
from billing.money import Money
from billing.payment_enums import AccountKind
from billing.queries.contracts.versions import count_signed_sides
from billing.queries.workflows.definitions import list_stage_guards
from creators.models import Exclusivity

_ORDER = list(DeliverableState)
_BOTH = 2


def read_guards(*, collaboration: Collaboration, transition: Transition, now: datetime) -> list[str]:
    """Return the reasons why a move is not open: those of the table, then those its workflow adds to the stage."""
    added = list_stage_guards(campaign=collaboration.campaign, stage=transition.target)
    guards = dict.fromkeys((*transition.guards, *added))
    return [reason for guard in guards if (reason := _CHECKS[guard](collaboration, now))]


def find_open_offer(collaboration: Collaboration) -> Offer | None:
    return Offer.objects.filter(collaboration=collaboration, state=OfferState.OPEN).first()


def list_bindings(*, creator_id: int, brand_id: int, categories: Iterable[str], starts_on: object, ends_on: object) -> (
    "list[Exclusivity]"
):  # fmt: skip
    """Return what binds a creator to other brands in any of the categories within half-open days."""
    bound = Exclusivity.objects.filter(
        creator=creator_id, category__in=[one for one in categories if one],
        starts_on__lt=ends_on, ends_on__gt=starts_on,
    )  # fmt: skip
    return list(bound.exclude(brand=brand_id).select_related("brand"))


def _offer_stands(collaboration: Collaboration, now: datetime) -> str:
    offer = find_open_offer(collaboration)
    if offer is None:
        return "No offer is open."
    return "The offer has expired." if offer.expires_at <= now else ""


def _offer_overdue(collaboration: Collaboration, now: datetime) -> str:
    offer = find_open_offer(collaboration)
    return "" if offer is not None and offer.expires_at <= now else "The offer has not expired."


def _within_budget(collaboration: Collaboration, now: datetime) -> str:
    """Compare what is agreed and offered in the campaign, this offer included, with its budget."""
    others = Collaboration.objects.filter(campaign=collaboration.campaign_id).exclude(pk=collaboration.pk)
    agreed = others.filter(state__in=[*AGREED_STATES, *HELD_STATES, "disputed", "released", "paid", "closed"])
    offered = Offer.objects.filter(collaboration__in=others.filter(state__in=OPEN_OFFER_STATES), state=OfferState.OPEN)
    taken = (agreed.aggregate(sum=Sum("fee_minor"))["sum"] or 0) + (
        offered.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    )
    offer = find_open_offer(collaboration)
    wanted = offer.amount_minor if offer else collaboration.fee_minor or 0
    left = collaboration.campaign.budget_minor - taken
    if wanted <= left:
        return ""
    return f"The campaign's budget has {Money(minor=max(left, 0), currency=collaboration.currency)} left."


def _not_bound(collaboration: Collaboration, now: datetime) -> str:
    if collaboration.creator_id is None:
        return ""
    campaign, offer = collaboration.campaign, find_open_offer(collaboration) or collaboration.accepted_offer
    terms = offer.terms if offer else {}
    ends_on = campaign.ends_on + timedelta(days=terms.get("exclusivity_days", campaign.exclusivity_days))
    found = list_bindings(
        creator_id=collaboration.creator_id,
        brand_id=campaign.brand_id,
        categories={campaign.category, terms.get("exclusivity_category", campaign.exclusivity_category)},
        starts_on=campaign.starts_on,
        ends_on=ends_on,
    )
    return f"The creator is bound to another brand in {found[0].category} until {found[0].ends_on}." if found else ""


def _creator_present(collaboration: Collaboration, now: datetime) -> str:
    creator = collaboration.creator
    is_here = creator is not None and creator.is_active and creator.owner_id is not None
    return "" if is_here else "The creator is not here any longer."


def _nothing_released(collaboration: Collaboration, now: datetime) -> str:
    ended = [DeliverableState.VERIFIED, DeliverableState.RELEASED]
    is_late = Deliverable.objects.filter(collaboration=collaboration, state__in=ended).exists()
    return "A milestone was verified or released already." if is_late else ""


def _not_disputed(collaboration: Collaboration, now: datetime) -> str:
    return "A dispute is open." if collaboration.disputes.filter(state=DisputeState.OPEN).exists() else ""


def _blocking_tasks(collaboration: Collaboration, now: datetime) -> str:
    waiting = CampaignTask.objects.filter(
        collaboration=collaboration, stage=collaboration.state, is_blocking=True, done_at=None
    )
    titles = list(waiting.values_list("title", flat=True)[:3])
    return f"To be done first: {', '.join(titles)}." if titles else ""


def _contract_present(collaboration: Collaboration, now: datetime) -> str:
    return "" if collaboration.accepted_offer_id else "There are no agreed terms."


def _signed_by_both(collaboration: Collaboration, now: datetime) -> str:
    signed = count_signed_sides(collaboration_id=collaboration.pk)
    return "" if signed == _BOTH else "The contract is not signed by both."


def _funds_held(collaboration: Collaboration, now: datetime) -> str:
    fee = collaboration.fee_minor or 0
    is_held = 0 < fee <= collaboration.funded_minor
    return "" if is_held else f"{Money(minor=fee, currency=collaboration.currency)} must be held first."


def _payout_confirmed(collaboration: Collaboration, now: datetime) -> str:
    """Look whether anything of the campaign is still payable to the creator: a payout may cover a part alone."""
    payable = Account.objects.filter(
        kind=AccountKind.CREATOR_PAYABLE, campaign_ref=collaboration.campaign_id, creator=collaboration.creator_id
    )
    left = payable.aggregate(sum=Sum("posted_minor"))["sum"] or 0
    return f"{Money(minor=left, currency=collaboration.currency)} are still payable." if left > 0 else ""


def _at_least(state: DeliverableState) -> Callable[[Collaboration, datetime], str]:
    behind = _ORDER[: _ORDER.index(state)]

    def check(collaboration: Collaboration, now: datetime) -> str:
        waiting = Deliverable.objects.filter(collaboration=collaboration, state__in=behind).order_by("position")
        titles = list(waiting.values_list("title", flat=True)[:3])
        return f"Not {state.label.lower()} yet: {', '.join(titles)}." if titles else ""

    return check


_CHECKS: dict[Guard, Callable[[Collaboration, datetime], str]] = {
    Guard.OFFER_STANDS: _offer_stands,
    Guard.OFFER_OVERDUE: _offer_overdue,
    Guard.WITHIN_BUDGET: _within_budget,
    Guard.NOT_BOUND: _not_bound,
    Guard.CREATOR_PRESENT: _creator_present,
    Guard.CONTRACT_PRESENT: _contract_present,
    Guard.SIGNED_BY_BOTH: _signed_by_both,
    Guard.FUNDS_HELD: _funds_held,
    Guard.NOTHING_RELEASED: _nothing_released,
    Guard.NOT_DISPUTED: _not_disputed,
    Guard.BLOCKING_TASKS: _blocking_tasks,
    Guard.ALL_SUBMITTED: _at_least(DeliverableState.SUBMITTED),
    Guard.ALL_APPROVED: _at_least(DeliverableState.APPROVED),
    Guard.ALL_PUBLISHED: _at_least(DeliverableState.PUBLISHED),
    Guard.ALL_VERIFIED: _at_least(DeliverableState.VERIFIED),
    Guard.ALL_RELEASED: _at_least(DeliverableState.RELEASED),
    Guard.PAYOUT_CONFIRMED: _payout_confirmed,
}
