"""Ask for payouts: what is asked for is held from then on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from billing.models import Account, Payout, PayoutBatch
from billing.money import Money, check_amount
from billing.payment_enums import AccountKind, CauseKind
from billing.payment_errors import InsufficientFunds
from billing.services.ledger import Cause, Leg, hold_transfer, open_account
from billing.services.ledger.posting import lock_accounts
from creators.models import Creator
from veri.platform.ops.errors import TransactionRequired
from veri.platform.ops.services.audit import record_audit


def request_payout(
    *, creator: Creator, amount: Money, actor: Any, now: datetime, reason: str = "", batch: PayoutBatch | None = None
) -> Payout:
    """Hold an amount of what is payable to a creator, for a second person to approve; in the caller's transaction.

    It is taken from the creator's campaigns, oldest first; what one of them owes lessens what may be asked for.

    Raises:
        InvalidAmount: no payable amount.
        InsufficientFunds: less is payable, or a part of it is asked for already.
        TransactionRequired: outside of a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionRequired(what="a payout")
    checked = check_amount(minor=amount.minor, currency=amount.currency)
    reference = uuid4()
    transfer = hold_transfer(
        key=f"payout:{reference}",
        legs=_build_legs(creator, checked),
        cause=Cause(kind=CauseKind.ACTOR, reference=f"payout {reference}", actor=actor, reason=reason),
        now=now,
    )
    payout = Payout.objects.create(
        reference=reference,
        batch=batch,
        creator=creator,
        amount_minor=checked.minor,
        currency=checked.currency,
        transfer=transfer,
        proposed_by=actor,
        proposed_at=now,
        reason=reason[:500],
    )
    after = {"amount_minor": checked.minor, "currency": checked.currency, "creator": creator.pk}
    record_audit(actor=actor, action="payout.proposed", target=payout, reason=reason, after=after, now=now)
    return payout


@transaction.atomic(durable=True)
def propose_payouts(
    *, creators: Sequence[Creator], currency: str, actor: Any, reason: str, now: datetime
) -> PayoutBatch:
    """Propose to pay creators all that is payable to them in a currency; those with nothing are left out."""
    batch = PayoutBatch.objects.create(note=reason[:200], proposed_by=actor, proposed_at=now)
    for creator in sorted(creators, key=lambda one: one.pk):
        payable = count_payable(list_payable(creator_id=creator.pk, currency=currency))
        if payable > 0:
            amount = Money(minor=payable, currency=currency)
            request_payout(creator=creator, amount=amount, actor=actor, now=now, reason=reason, batch=batch)
    return batch


def list_payable(*, creator_id: int, currency: str) -> list[Account]:
    """Return the accounts of what is payable to a creator, oldest first."""
    rows = Account.objects.filter(kind=AccountKind.CREATOR_PAYABLE, creator=creator_id, currency=currency)
    return list(rows.order_by("pk"))


def count_payable(accounts: Sequence[Account]) -> int:
    return sum(one.posted_minor - one.pending_out_minor for one in accounts)


def _build_legs(creator: Creator, amount: Money) -> list[Leg]:
    """Take from each campaign's payable what it has, and give to the same campaign's clearing."""
    found = list_payable(creator_id=creator.pk, currency=amount.currency)
    clearing = {one.pk: _open_clearing(one) for one in found}
    # Clearing accounts are older than what is payable: all are locked together, in the one order of the ledger.
    locked = lock_accounts([*clearing, *(one.pk for one in clearing.values())])
    accounts = [locked[one.pk] for one in found]
    if count_payable(accounts) < amount.minor:
        raise InsufficientFunds("Less is payable.")
    legs: list[Leg] = []
    left = amount.minor
    for account in accounts:
        part = min(left, max(0, account.posted_minor - account.pending_out_minor))
        if part:
            legs += [Leg(account=account, amount_minor=-part), Leg(account=clearing[account.pk], amount_minor=part)]
            left -= part
    return legs


def _open_clearing(payable: Account) -> Account:
    return open_account(kind=AccountKind.PSP_CLEARING, currency=payable.currency, campaign_id=payable.campaign_ref)
