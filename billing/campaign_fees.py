"""Veri's fee of a collaboration, and how it divides over milestones: whole minor units that sum exactly."""

from collections.abc import Sequence

_WHOLE = 10_000  # basis points


def compute_platform_fee(*, fee_minor: int, basis_points: int) -> int:
    """Return Veri's part of a fee, rounded down."""
    return fee_minor * basis_points // _WHOLE


def divide_amount(*, amount: int, shares: Sequence[int]) -> list[int]:
    """Divide an amount in proportion to shares: each part is rounded down where the sum so far is, none is lost.

    Parts sum to the amount; a share of nothing gets nothing. Shares that sum to zero get nothing at all.
    """
    total, taken, seen, parts = sum(shares), 0, 0, []
    for share in shares:
        seen += share
        upto = amount * seen // total if total else 0
        parts.append(upto - taken)
        taken = upto
    return parts
