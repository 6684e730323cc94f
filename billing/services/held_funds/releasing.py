"""Release held funds to creators: planned with the acceptance, posted when the review window ends."""

from datetime import datetime

from billing.errors import InvalidAmount
from billing.models import CampaignFunds, HeldRelease
from billing.money import Money, check_amount
from billing.payment_enums import AccountKind, ReleaseState
from billing.payment_errors import FundingRefused, NoSuchRelease, TransferConflict
from billing.services.held_funds.accounts import lock_funds, open_campaign_account, open_held, require_free
from billing.services.ledger import Cause, Leg, hold_transfer, post_pending, void_pending
from creators.models import Creator


def plan_release(
    *,
    campaign_ref: int,
    milestone_ref: int,
    creator: Creator,
    gross: Money,
    fee_minor: int,
    tax_minor: int,
    release_at: datetime,
    cause: Cause,
    now: datetime,
) -> HeldRelease:
    """Set a milestone's money aside for its creator, who gets ``gross - fee - tax``; again returns the first.

    Raises:
        InvalidAmount: no payable amount, or a fee and tax that leave nothing.
        InsufficientFunds: less is held, or not yet planned for others.
        FundsFrozen: a dispute is open.
        TransferConflict: the milestone has a release of another amount or creator.
    """
    funds = lock_funds(campaign_ref=campaign_ref)
    _check(funds, gross, fee_minor, tax_minor)
    found = find_release(funds, milestone_ref)
    if found is not None:
        given = (creator.pk, gross.minor, fee_minor, tax_minor)
        if given != (found.creator_id, found.gross_minor, found.fee_minor, found.tax_minor):
            raise TransferConflict(f"Milestone {milestone_ref} has another release.")
        return found
    require_free(funds)
    turn = HeldRelease.objects.filter(funds=funds, milestone_ref=milestone_ref).count() + 1
    transfer = hold_transfer(
        key=f"release:{campaign_ref}:{milestone_ref}:{turn}",
        legs=_build_legs(funds, creator, gross.minor, fee_minor, tax_minor),
        cause=cause,
        now=now,
    )
    return HeldRelease.objects.create(
        funds=funds,
        milestone_ref=milestone_ref,
        creator=creator,
        transfer=transfer,
        gross_minor=gross.minor,
        fee_minor=fee_minor,
        tax_minor=tax_minor,
        release_at=release_at,
    )


def release_held(*, campaign_ref: int, milestone_ref: int, cause: Cause, now: datetime) -> HeldRelease:
    """Post a planned release: the creator's part becomes payable. Again returns the first.

    Raises:
        NoSuchRelease: none was planned, or it was voided.
        FundsFrozen: a dispute is open.
    """
    funds = lock_funds(campaign_ref=campaign_ref)
    release = _get_release(funds, milestone_ref)
    if release.state == ReleaseState.RELEASED:
        return release
    require_free(funds)
    post_pending(transfer=release.transfer, cause=cause, now=now)
    return _end(release, ReleaseState.RELEASED, now)


def void_release(*, campaign_ref: int, milestone_ref: int, cause: Cause, now: datetime) -> HeldRelease:
    """Take a planned release back: its money is held for the campaign as before.

    Raises:
        NoSuchRelease: none was planned.
        TransferResolved: it is released already.
    """
    funds = lock_funds(campaign_ref=campaign_ref)
    release = _get_release(funds, milestone_ref)
    void_pending(transfer=release.transfer, cause=cause, now=now)
    return _end(release, ReleaseState.VOIDED, now)


def find_release(funds: CampaignFunds, milestone_ref: int) -> HeldRelease | None:
    """Return a milestone's release that was not voided."""
    rows = HeldRelease.objects.filter(funds=funds, milestone_ref=milestone_ref).exclude(state=ReleaseState.VOIDED)
    return rows.select_related("transfer").first()


def _get_release(funds: CampaignFunds, milestone_ref: int) -> HeldRelease:
    release = find_release(funds, milestone_ref)
    if release is None:
        raise NoSuchRelease(f"Milestone {milestone_ref} has no release.")
    return release


def _check(funds: CampaignFunds, gross: Money, fee_minor: int, tax_minor: int) -> None:
    check_amount(minor=gross.minor, currency=gross.currency)
    if gross.currency != funds.currency:
        raise FundingRefused(f"The campaign's currency is {funds.currency}.")
    parts: tuple[object, ...] = (fee_minor, tax_minor)
    for part in parts:
        if isinstance(part, bool) or not isinstance(part, int) or part < 0:
            raise InvalidAmount("Fee and tax are whole numbers of minor units, zero or more.")
    if fee_minor + tax_minor >= gross.minor:
        raise InvalidAmount("Fee and tax leave nothing for the creator.")


def _build_legs(funds: CampaignFunds, creator: Creator, gross: int, fee: int, tax: int) -> list[Leg]:
    payable = open_campaign_account(funds, AccountKind.CREATOR_PAYABLE, creator_id=creator.pk)
    legs = [Leg(account=open_held(funds), amount_minor=-gross), Leg(account=payable, amount_minor=gross - fee - tax)]
    if fee:
        legs.append(Leg(account=open_campaign_account(funds, AccountKind.PLATFORM_FEE), amount_minor=fee))
    if tax:
        legs.append(Leg(account=open_campaign_account(funds, AccountKind.TAX_WITHHELD), amount_minor=tax))
    return legs


def _end(release: HeldRelease, state: ReleaseState, now: datetime) -> HeldRelease:
    HeldRelease.objects.filter(pk=release.pk).update(state=state, resolved_at=now)
    release.state, release.resolved_at = state, now
    return release
