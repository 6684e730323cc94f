"""What billing refuses, and why."""

from datetime import datetime


class BillingError(Exception):
    """The base of every refusal."""


class InvalidAmount(BillingError):
    """Raised for an amount that is none: negative, fractional, huge, or in an unknown currency."""


class PriceUnknown(BillingError):
    """Raised for a model without a price in force: a missing price refuses, it never costs nothing."""


class AllowanceExceeded(BillingError):
    """Raised when a reservation does not fit; ``resets_at`` is when the period ends."""

    def __init__(self, *, scope: str, resets_at: datetime) -> None:
        self.scope = scope
        self.resets_at = resets_at
        super().__init__(f"The allowance of {scope} is used up until {resets_at:%Y-%m-%d}.")


class BudgetExceeded(AllowanceExceeded):
    """Raised when a service's monthly budget is used up."""


class SpendingStopped(BudgetExceeded):
    """Raised while staff stopped what costs money, everywhere or at one service; nobody knows until when."""

    def __init__(self, *, scope: str, now: datetime) -> None:
        super().__init__(scope=scope, resets_at=now)
        self.args = (f"Staff stopped the spending of {scope}.",)


class TooManyAtOnce(BillingError):
    """Raised when a creator has as many calls under way as are allowed at once."""

    def __init__(self, *, limit: int) -> None:
        self.limit = limit
        super().__init__(f"{limit} calls of this creator are under way; wait until one of them is answered.")


class QuotaExceeded(AllowanceExceeded):
    """Raised when a creator's monthly quota is used up."""


class ReservationNotHeld(BillingError):
    """Raised when a reservation is settled that was released, expired, or never made."""


class GrantConflict(BillingError):
    """Raised when a grant's key was used before with other contents."""


class ImportRefused(BillingError):
    """Raised for a file of prices or costs of which something is wrong: nothing of it is taken."""

    def __init__(self, *, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("Nothing was imported:\n" + "\n".join(problems))
