"""What the ledger is told, and what it tells."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from billing.errors import InvalidAmount
from billing.models import Account
from billing.money import LARGEST_MINOR
from billing.payment_enums import CauseKind
from billing.payment_errors import TransferUnbalanced


@dataclass(frozen=True, kw_only=True)
class Leg:
    """What one account gains, or loses when negative: positive is what Veri owes or earns, negative what it has."""

    account: Account
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why something is written: ``reference`` names an event, a webhook, a task or what the person did."""

    kind: CauseKind | str
    reference: str
    actor: Any = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Minor units: ``available`` is what may still be taken."""

    posted: int
    pending_in: int
    pending_out: int
    currency: str

    @property
    def pending(self) -> int:
        return self.pending_in - self.pending_out

    @property
    def available(self) -> int:
        return self.posted - self.pending_out


def get_balance(account: Account) -> Balance:
    """Return an account's balances as they are now."""
    posted, came, went = Account.objects.values_list("posted_minor", "pending_in_minor", "pending_out_minor").get(
        pk=account.pk
    )
    return Balance(posted=posted, pending_in=came, pending_out=went, currency=account.currency)


def check_legs(legs: Sequence[Leg]) -> None:
    """Refuse what is no transfer.

    Raises:
        InvalidAmount: an amount that is no whole number, or too large.
        TransferUnbalanced: fewer than two legs, a leg of nothing, or a currency that does not sum to zero.
    """
    sums: dict[str, int] = {}
    for leg in legs:
        amount: object = leg.amount_minor
        if isinstance(amount, bool) or not isinstance(amount, int):
            raise InvalidAmount("An amount is a whole number of minor units.")
        if abs(amount) > LARGEST_MINOR:
            raise InvalidAmount(f"An amount is at most {LARGEST_MINOR} minor units.")
        if amount == 0:
            raise TransferUnbalanced("A leg moves something.")
        sums[leg.account.currency] = sums.get(leg.account.currency, 0) + amount
    if len(legs) < 2 or any(sums.values()):  # noqa: PLR2004  double entry
        raise TransferUnbalanced("A transfer has two legs or more, which sum to zero per currency.")


def compute_digest(legs: Sequence[Leg], *, is_pending: bool) -> str:
    """Return the SHA-256 of what a transfer moves, in any order of its legs."""
    parts = sorted((leg.account.pk, leg.amount_minor) for leg in legs)
    return hashlib.sha256(repr((is_pending, parts)).encode()).hexdigest()
