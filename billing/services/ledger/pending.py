"""Two phases: hold, then post, void or let expire, once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from billing.models import Posting, Transfer, TransferResolution
from billing.payment_enums import CauseKind, Resolution
from billing.payment_errors import TransferConflict, TransferResolved, TransferUnbalanced
from billing.services.ledger.posting import Moves, NewTransfer, insert_transfers, lock_accounts, post_many
from billing.services.ledger.values import Cause, Leg, check_legs, compute_digest
from veri.platform.ops.errors import TransactionRequired


def hold_transfer(
    *, key: str, legs: Sequence[Leg], cause: Cause, now: datetime, expires_at: datetime | None = None
) -> Transfer:
    """Write a pending transfer: what it takes is no longer available, what it brings not yet.

    Raises as ``post_transfer`` does.
    """
    new = NewTransfer(key=key, legs=legs, cause=cause, is_pending=True, expires_at=expires_at)
    (transfer,) = post_many(transfers=[new], now=now)
    return transfer


def post_pending(*, transfer: Transfer, legs: Sequence[Leg] | None = None, cause: Cause, now: datetime) -> Transfer:
    """Post a pending transfer, whole or with smaller legs; what is left of it is freed. Again returns the first.

    Raises:
        TransferResolved: it was voided or has expired.
        TransferConflict: it was posted with other legs.
        TransferUnbalanced: legs that are no part of it.
    """
    whole = _read_legs(transfer)
    taken = list(whole if legs is None else legs)
    check_legs(taken)
    _check_part(taken, whole)
    moves = Moves(lock_accounts({leg.account.pk for leg in whole}))
    found = TransferResolution.objects.filter(transfer=transfer).first()
    if found is not None:
        return _find_posted(transfer, found, taken)
    if transfer.expires_at is not None and transfer.expires_at <= now:
        raise TransferResolved(f"{transfer.key} has expired.")
    moves.add(whole, is_pending=True, sign=-1)
    moves.add(taken, is_pending=False)
    new = NewTransfer(key=f"{transfer.key}:post", legs=taken, cause=cause, resolves=transfer)
    posted = insert_transfers([new], now)[new.key]
    moves.write()
    _resolve(transfer, Resolution.POSTED, cause, now)
    return posted


def void_pending(*, transfer: Transfer, cause: Cause, now: datetime) -> TransferResolution:
    """Free what a pending transfer holds; again returns the first.

    Raises:
        TransferResolved: it was posted or has expired.
    """
    return _free(transfer, Resolution.VOIDED, cause, now)


def expire_pending(now: datetime, *, limit: int = 500) -> int:
    """Free pending transfers whose time is over; return how many."""
    due = Transfer.objects.filter(expires_at__lte=now, resolution=None).order_by("expires_at")
    cause = Cause(kind=CauseKind.SCHEDULE, reference="billing.expire_pending")
    done = 0
    for transfer in due[:limit]:
        try:
            with transaction.atomic():
                _free(transfer, Resolution.EXPIRED, cause, now)
        except TransferResolved:  # somebody was faster
            continue
        done += 1
    return done


def _free(transfer: Transfer, outcome: Resolution, cause: Cause, now: datetime) -> TransferResolution:
    whole = _read_legs(transfer)
    moves = Moves(lock_accounts({leg.account.pk for leg in whole}))
    found = TransferResolution.objects.filter(transfer=transfer).first()
    if found is not None:
        if found.outcome != outcome:
            raise TransferResolved(f"{transfer.key} was {found.outcome}.")
        return found
    moves.add(whole, is_pending=True, sign=-1)
    moves.write()
    return _resolve(transfer, outcome, cause, now)


def _read_legs(transfer: Transfer) -> list[Leg]:
    if not connection.in_atomic_block:
        raise TransactionRequired(what="the end of a pending transfer")
    if not transfer.is_pending:
        raise TransferResolved(f"{transfer.key} is not pending.")
    rows = Posting.objects.filter(transfer=transfer).select_related("account").order_by("pk")
    return [Leg(account=one.account, amount_minor=one.amount_minor) for one in rows]


def _check_part(taken: Sequence[Leg], whole: Sequence[Leg]) -> None:
    """Refuse legs that go beyond what was held, or the other way."""
    held: dict[int, list[int]] = {}
    for leg in whole:
        held.setdefault(leg.account.pk, []).append(leg.amount_minor)
    for leg in taken:
        most = sum(held.get(leg.account.pk, []))
        if not (0 < leg.amount_minor <= most or most <= leg.amount_minor < 0):
            raise TransferUnbalanced("A part takes no more than was held, of the same accounts.")


def _find_posted(transfer: Transfer, found: TransferResolution, taken: Sequence[Leg]) -> Transfer:
    if found.outcome != Resolution.POSTED:
        raise TransferResolved(f"{transfer.key} was {found.outcome}.")
    posted = Transfer.objects.get(resolves=transfer)
    if posted.digest != compute_digest(taken, is_pending=False):
        raise TransferConflict(f"{transfer.key} was posted with other legs.")
    return posted


def _resolve(transfer: Transfer, outcome: Resolution, cause: Cause, now: datetime) -> TransferResolution:
    return TransferResolution.objects.create(
        transfer=transfer,
        outcome=outcome,
        cause_kind=str(cause.kind),
        cause_reference=cause.reference[:200],
        actor_id=getattr(cause.actor, "pk", None),
        reason=cause.reason[:500],
        recorded_at=now,
    )
