"""Post transfers: one, or many in a few statements."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from billing.models import Account, Transfer
from billing.payment_enums import AccountKind
from billing.payment_errors import InsufficientFunds, TransferConflict
from billing.services.ledger.values import Cause, Leg, check_legs, compute_digest
from veri.platform.ops.errors import TransactionRequired

NEVER_OVERDRAWN = frozenset({AccountKind.HELD_FUNDS, AccountKind.CREATOR_PAYABLE, AccountKind.BRAND_FUNDING})
_COLUMNS = (
    "key",
    "is_pending",
    "expires_at",
    "resolves_id",
    "digest",
    "cause_kind",
    "cause_reference",
    "actor_id",
    "reason",
)
_INSERT = """
INSERT INTO billing_transfer (key, is_pending, expires_at, resolves_id, digest, cause_kind, cause_reference, actor_id,
  reason, recorded_at)
SELECT *, %(now)s FROM unnest(%(key)s::text[], %(is_pending)s::bool[], %(expires_at)s::timestamptz[],
  %(resolves_id)s::bigint[], %(digest)s::text[], %(cause_kind)s::text[], %(cause_reference)s::text[],
  %(actor_id)s::bigint[], %(reason)s::text[])
ON CONFLICT ON CONSTRAINT transfer_key_unique DO NOTHING RETURNING id, key"""
_INSERT_POSTINGS = """
INSERT INTO billing_posting (transfer_id, account_id, amount_minor)
SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])"""
_MOVE = """
UPDATE billing_account SET posted_minor = posted_minor + moved.posted,
  pending_in_minor = pending_in_minor + moved.came, pending_out_minor = pending_out_minor + moved.went
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS moved (id, posted, came, went)
WHERE billing_account.id = moved.id"""


@dataclass(frozen=True, kw_only=True)
class NewTransfer:
    """A transfer to be written. ``may_overdraw`` is for what happened whether we like it or not, like a chargeback."""

    key: str
    legs: Sequence[Leg]
    cause: Cause
    is_pending: bool = False
    expires_at: datetime | None = None
    resolves: Transfer | None = None
    may_overdraw: bool = False

    @property
    def digest(self) -> str:
        return compute_digest(self.legs, is_pending=self.is_pending)


class Moves:
    """What changes in locked accounts' balances, and whether they bear it."""

    def __init__(self, accounts: Mapping[int, Account]) -> None:
        self.accounts = accounts
        self.posted: Counter[int] = Counter()
        self.came: Counter[int] = Counter()
        self.went: Counter[int] = Counter()

    def add(self, legs: Iterable[Leg], *, is_pending: bool, sign: int = 1) -> None:
        """Add legs, or with ``sign`` -1 take them away again."""
        for leg in legs:
            pk, amount = leg.account.pk, leg.amount_minor
            if not is_pending:
                self.posted[pk] += sign * amount
            elif amount > 0:
                self.came[pk] += sign * amount
            else:
                self.went[pk] -= sign * amount

    def check(self, legs: Iterable[Leg]) -> None:
        """Refuse when an account that loses by these legs would be overdrawn.

        Raises:
            InsufficientFunds: naming the account.
        """
        for leg in legs:
            account = self.accounts[leg.account.pk]
            if leg.amount_minor > 0 or account.kind not in NEVER_OVERDRAWN:
                continue
            posted = account.posted_minor + self.posted[account.pk]
            if posted - account.pending_out_minor - self.went[account.pk] < 0:
                raise InsufficientFunds(f"{account.key} does not hold that much.")

    def write(self) -> None:
        """Bring the cached balances up to date in one statement."""
        keys = sorted(set(self.posted) | set(self.came) | set(self.went))
        columns = [[one[pk] for pk in keys] for one in (self.posted, self.came, self.went)]
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [keys, *columns])


def post_transfer(
    *, key: str, legs: Sequence[Leg], cause: Cause, now: datetime, may_overdraw: bool = False
) -> Transfer:
    """Write one transfer, once: the same key with the same legs returns the first.

    Raises:
        InvalidAmount, TransferUnbalanced: these legs are no transfer.
        TransferConflict: the key was used with other legs.
        InsufficientFunds: held funds, or what belongs to a creator or brand, would become negative.
        TransactionRequired: outside of a transaction.
    """
    new = NewTransfer(key=key, legs=legs, cause=cause, may_overdraw=may_overdraw)
    (transfer,) = post_many(transfers=[new], now=now)
    return transfer


def post_many(*, transfers: Sequence[NewTransfer], now: datetime) -> list[Transfer]:
    """Write many transfers in five statements, all or none; see ``post_transfer``. Earlier ones fund later ones."""
    if not connection.in_atomic_block:
        raise TransactionRequired(what="a transfer")
    for one in transfers:
        check_legs(one.legs)
    accounts = lock_accounts(leg.account.pk for one in transfers for leg in one.legs)
    known = _find_known([one.key for one in transfers])
    moves = Moves(accounts)
    fresh: dict[str, NewTransfer] = {}
    for one in transfers:
        earlier = known[one.key].digest if one.key in known else fresh[one.key].digest if one.key in fresh else ""
        if earlier and earlier != one.digest:
            raise TransferConflict(f"{one.key} was written with other legs.")
        if earlier:
            continue
        moves.add(one.legs, is_pending=one.is_pending)
        if not one.may_overdraw:
            moves.check(one.legs)
        fresh[one.key] = one
    known |= insert_transfers(list(fresh.values()), now)
    moves.write()
    return [known[one.key] for one in transfers]


def lock_accounts(keys: Iterable[int]) -> dict[int, Account]:
    """Lock accounts in the order of their ids; return them as they are now."""
    wanted = set(keys)
    return {one.pk: one for one in Account.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")}


def insert_transfers(transfers: Sequence[NewTransfer], now: datetime) -> dict[str, Transfer]:
    """Insert transfers and their postings; the accounts are locked.

    Raises:
        TransferConflict: a key was used meanwhile, which only happens with other accounts.
    """
    if not transfers:
        return {}
    built = {one.key: _build(one, now) for one in transfers}
    columns: dict[str, Any] = {name: [getattr(one, name) for one in built.values()] for name in _COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {**columns, "now": now})
        ids = {key: pk for pk, key in cursor.fetchall()}
        if lost := built.keys() - ids.keys():
            raise TransferConflict(f"{min(lost)} was written with other legs.")
        legs = [(ids[one.key], leg.account.pk, leg.amount_minor) for one in transfers for leg in one.legs]
        cursor.execute(_INSERT_POSTINGS, [list(column) for column in zip(*legs, strict=True)])
    for key, transfer in built.items():
        transfer.pk = ids[key]
        transfer._state.adding = False  # noqa: SLF001  stored by the statement above
    return built


def _build(one: NewTransfer, now: datetime) -> Transfer:
    return Transfer(
        key=one.key,
        is_pending=one.is_pending,
        expires_at=one.expires_at,
        resolves=one.resolves,
        digest=one.digest,
        cause_kind=str(one.cause.kind),
        cause_reference=one.cause.reference[:200],
        actor_id=getattr(one.cause.actor, "pk", None),
        reason=one.cause.reason[:500],
        recorded_at=now,
    )


def _find_known(keys: Sequence[str]) -> dict[str, Transfer]:
    return {one.key: one for one in Transfer.objects.filter(key__in=keys)}
