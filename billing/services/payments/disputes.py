"""Chargebacks: the money goes to the disputes account, the campaign freezes; lost, the loss is covered in an order.

docs/payments.md tells the states in which a chargeback ends.
"""

from collections import Counter
from datetime import datetime

from django.db.models import Sum

from billing.clients.payments import FetchedDispute
from billing.models import (
    Account,
    CampaignFunds,
    Chargeback,
    HeldRelease,
    PaymentIntent,
    Posting,
    ProviderPayment,
)
from billing.payment_enums import AccountKind, DisputeState, PaymentPurpose, ReleaseState
from billing.services.held_funds.accounts import lock_funds, open_brand_funding, open_campaign_account, open_held
from billing.services.held_funds.closing import freeze_held, unfreeze_held
from billing.services.held_funds.releasing import void_release
from billing.services.ledger import Cause, Leg, get_balance, post_transfer
from billing.services.payments.accounts import build_pair
from veri.platform.events.services import publish_event
from veri.platform.ops.services.notifications import queue_alert

DISPUTED_EVENT = "payment.disputed"
LOST = "chargeback-lost:"  # how the keys of transfers begin that cover a loss


def apply_dispute(
    *, payment: ProviderPayment, intent: PaymentIntent, fetched: FetchedDispute, cause: Cause, now: datetime
) -> None:
    """Follow a chargeback to where it is now, in the transaction that locked the payment; what is settled stays."""
    chargeback, is_new = Chargeback.objects.get_or_create(
        payment=payment,
        chargeback_id=fetched.id,
        defaults={"amount_minor": fetched.amount_minor, "opened_at": now},
    )
    if is_new:
        _open(chargeback, intent, cause, now)
    if chargeback.state != DisputeState.OPEN or fetched.outcome == DisputeState.OPEN:
        return
    if fetched.outcome == DisputeState.WON:
        legs = build_pair(
            intent,
            gains=AccountKind.DISPUTES,
            loses=AccountKind.PSP_CLEARING,
            amount_minor=chargeback.amount_minor,
        )
        post_transfer(key=f"chargeback-won:{chargeback.pk}", legs=legs, cause=cause, now=now)
    else:
        cover_loss(chargeback=chargeback, intent=intent, cause=cause, now=now)
    chargeback.state, chargeback.resolved_at = DisputeState(fetched.outcome), now
    chargeback.save(update_fields=["state", "resolved_at"])
    _tell(chargeback, intent, now)
    if intent.purpose == PaymentPurpose.CAMPAIGN and not _has_open(intent):
        unfreeze_held(campaign_ref=intent.campaign_ref or 0, cause=cause, now=now)


def _open(chargeback: Chargeback, intent: PaymentIntent, cause: Cause, now: datetime) -> None:
    legs = build_pair(
        intent, gains=AccountKind.PSP_CLEARING, loses=AccountKind.DISPUTES, amount_minor=chargeback.amount_minor
    )
    post_transfer(key=f"chargeback:{chargeback.pk}", legs=legs, cause=cause, now=now)
    if intent.purpose == PaymentPurpose.CAMPAIGN:
        reason = f"Chargeback {chargeback.chargeback_id}."
        frozen = Cause(kind=cause.kind, reference=cause.reference, actor=cause.actor, reason=reason)
        freeze_held(campaign_ref=intent.campaign_ref or 0, cause=frozen, now=now)
    _tell(chargeback, intent, now)


def _tell(chargeback: Chargeback, intent: PaymentIntent, now: datetime) -> None:
    publish_event(
        name=DISPUTED_EVENT,
        payload={"campaign": intent.campaign_ref, "payment": intent.pk, "state": str(chargeback.state)},
        key=str(intent.reference),
    )
    queue_alert(
        subject=f"Chargeback {chargeback.chargeback_id}: {chargeback.get_state_display().lower()}",
        body="See docs/payments.md for what happens now.",
        now=now,
        dedup_key=f"chargeback:{chargeback.pk}:{chargeback.state}",
    )


def _has_open(intent: PaymentIntent) -> bool:
    rows = Chargeback.objects.filter(payment__intent__campaign_ref=intent.campaign_ref, state=DisputeState.OPEN)
    return rows.exists()


def cover_loss(*, chargeback: Chargeback, intent: PaymentIntent, cause: Cause, now: datetime) -> None:
    """Cover a lost chargeback in one transfer: who has the money gives it back, in this order.

    The brand's funds that are not held; held funds not planned for anybody; planned releases, latest first, which are
    voided; then what was released, latest first: the creator's part, which may become negative, Veri's fee and the tax.
    For plans it is revenue. What is left stays in the disputes account, with a notice.
    """
    if intent.purpose != PaymentPurpose.CAMPAIGN:
        legs = build_pair(
            intent, gains=AccountKind.DISPUTES, loses=AccountKind.REVENUE, amount_minor=chargeback.amount_minor
        )
        post_transfer(key=f"{LOST}{chargeback.pk}", legs=legs, cause=cause, now=now)
        return
    funds = lock_funds(campaign_ref=intent.campaign_ref or 0)
    _void_planned(funds, chargeback.amount_minor, cause, now)
    legs, left = _collect(funds, chargeback.amount_minor)
    covered = chargeback.amount_minor - left
    if covered:
        legs.append(Leg(account=open_campaign_account(funds, AccountKind.DISPUTES), amount_minor=covered))
        post_transfer(key=f"{LOST}{chargeback.pk}", legs=legs, cause=cause, now=now, may_overdraw=True)
    if left:
        queue_alert(
            subject=f"Chargeback {chargeback.chargeback_id} is not covered",
            body=f"{left} minor units of {funds.currency} stay in the disputes account.",
            now=now,
            dedup_key=f"chargeback-uncovered:{chargeback.pk}",
        )


def _void_planned(funds: CampaignFunds, amount_minor: int, cause: Cause, now: datetime) -> None:
    """Void planned releases, latest first, until what is free covers the loss or nothing is planned."""
    planned = list(HeldRelease.objects.filter(funds=funds, state=ReleaseState.PLANNED).order_by("-pk"))
    for release in planned:
        free = sum(max(0, get_balance(one).available) for one in (open_brand_funding(funds), open_held(funds)))
        if free >= amount_minor:
            return
        void_release(campaign_ref=funds.campaign_ref, milestone_ref=release.milestone_ref, cause=cause, now=now)


def _collect(funds: CampaignFunds, amount_minor: int) -> tuple[list[Leg], int]:
    """Return the legs that give money back, and how much nobody has."""
    legs: dict[int, Leg] = {}
    left = amount_minor

    def take(account: Account, most: int) -> None:
        nonlocal left
        part = min(left, max(0, most))
        if part:
            earlier = legs[account.pk].amount_minor if account.pk in legs else 0
            legs[account.pk] = Leg(account=account, amount_minor=earlier - part)
            left -= part

    for account in (open_brand_funding(funds), open_held(funds)):
        take(account, get_balance(account).available)
    recoverable = _count_recoverable(funds)
    for release in HeldRelease.objects.filter(funds=funds, state=ReleaseState.RELEASED).order_by("-resolved_at", "-pk"):
        postings = release.transfer.posted_by.postings.select_related("account").filter(amount_minor__gt=0)
        for posting in sorted(postings, key=_order_of):
            before = left
            take(posting.account, min(posting.amount_minor, recoverable[posting.account_id]))
            recoverable[posting.account_id] -= before - left
    return list(legs.values()), left


def _count_recoverable(funds: CampaignFunds) -> Counter[int]:
    """Return what releases brought to each account, without what an earlier chargeback took back from it."""
    rows = Posting.objects.filter(account__campaign_ref=funds.campaign_ref)
    released = rows.filter(transfer__resolves__release__funds=funds, amount_minor__gt=0)
    recovered = rows.filter(transfer__key__startswith=LOST, amount_minor__lt=0)
    found: Counter[int] = Counter()
    for part in (released, recovered):
        for account_id, total in part.values_list("account").annotate(Sum("amount_minor")):
            found[account_id] += total
    return found


def _order_of(posting: Posting) -> int:
    order = (AccountKind.CREATOR_PAYABLE, AccountKind.PLATFORM_FEE, AccountKind.TAX_WITHHELD)
    return order.index(AccountKind(posting.account.kind))
