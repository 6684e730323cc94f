"""The ledger: double entry in integer minor units, append-only, each fact with its cause.

Everything runs inside the caller's transaction and locks accounts in the order of their ids.
"""

from billing.services.ledger.accounts import open_account
from billing.services.ledger.pending import expire_pending, hold_transfer, post_pending, void_pending
from billing.services.ledger.posting import NewTransfer, post_many, post_transfer
from billing.services.ledger.values import Balance, Cause, Leg, get_balance

__all__ = [
    "Balance",
    "Cause",
    "Leg",
    "NewTransfer",
    "expire_pending",
    "get_balance",
    "hold_transfer",
    "open_account",
    "post_many",
    "post_pending",
    "post_transfer",
    "void_pending",
]
