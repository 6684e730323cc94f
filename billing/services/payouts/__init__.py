"""Payouts: asked for, approved by a second person, sent, confirmed or failed."""

from billing.services.payouts.deciding import approve_payout, cancel_payout
from billing.services.payouts.requesting import propose_payouts, request_payout
from billing.services.payouts.settling import confirm_payout, fail_payout, send_payout

__all__ = [
    "approve_payout",
    "cancel_payout",
    "confirm_payout",
    "fail_payout",
    "propose_payouts",
    "request_payout",
    "send_payout",
]
