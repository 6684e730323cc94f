"""What the ledger, payments, payouts and plans refuse, and why."""

from billing.errors import BillingError


class LedgerError(BillingError):
    """The base of the ledger's refusals."""


class TransferConflict(LedgerError):
    """Raised when a key comes again with other legs."""


class TransferUnbalanced(LedgerError):
    """Raised for legs that do not sum to zero per currency, fewer than two of them, or an amount of zero."""


class TransferResolved(LedgerError):
    """Raised when a pending transfer was posted, voided or expired already, in another way."""


class InsufficientFunds(LedgerError):
    """Raised when an account that must not be overdrawn would be."""


class FundsFrozen(LedgerError):
    """Raised when held funds would be released or refunded while a dispute is open."""


class NoSuchRelease(LedgerError):
    """Raised when a milestone has no release planned."""


class FundingRefused(BillingError):
    """Raised when a campaign cannot be funded like that: another brand's, or in another currency."""


class PayoutDecided(BillingError):
    """Raised when a payout is not in the state an action needs."""


class FourEyesRequired(BillingError):
    """Raised when somebody would approve what he proposed, or what he gets."""


class SubscriptionRefused(BillingError):
    """Raised when a subscription cannot be started or changed like that."""


class InvoiceRefused(BillingError):
    """Raised when a document cannot be issued: nothing to charge, or more to correct than there was."""


class ProviderAway(BillingError):
    """Raised in the console when a payment provider refused or did not answer."""


class NothingOwed(LedgerError):
    """Raised when a debt is written off that there is not."""
