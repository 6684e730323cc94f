"""What campaigns refuse, and why."""

from collections.abc import Mapping, Sequence

from billing.errors import BillingError


class CampaignError(BillingError):
    """The base of every refusal of campaigns."""


class InvalidTerms(CampaignError):
    """Raised for terms, briefs and templates that cannot stand; ``problems`` name fields by path."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(f"{name}: {reason}" for name, reason in self.problems.items()))


class MoveNotPossible(CampaignError):
    """Raised when the table has no such move from where it stands, or somebody was faster."""


class MoveNotAllowed(CampaignError):
    """Raised when the move exists and is somebody else's to make."""


class GuardNotMet(CampaignError):
    """Raised when guards do not hold; ``reasons`` are the failed ones in words."""

    def __init__(self, message: str, *, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(message)


class CampaignBusy(CampaignError):
    """Raised for whoever does not wait when somebody else works on the campaign."""


class OfferOutdated(CampaignError):
    """Raised when an answer names an offer that is not the latest open one."""


class ContractOutdated(CampaignError):
    """Raised when a signature names another document than the one in force."""


class SignatureRefused(CampaignError):
    """Raised when a signer does not prove who he is, or has no part in the contract."""


class AlreadyInvited(CampaignError):
    """Raised when a creator already takes part in the campaign."""


class RevisionRoundsUsedUp(CampaignError):
    """Raised when the agreed rounds of changes are used up."""


class SplitDoesNotMatch(CampaignError):
    """Raised when what is released and refunded is not what is held."""


class AlreadyRated(CampaignError):
    """Raised for a second rating by one side."""
