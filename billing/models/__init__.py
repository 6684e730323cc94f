from billing.models.allowance import Allowance, Reservation
from billing.models.campaign_tasks import CampaignReminder, CampaignTask
from billing.models.campaigns import Campaign, CampaignEvent, Collaboration
from billing.models.contracts import (
    Contract,
    ContractEvent,
    ContractSeal,
    ContractTemplate,
    ContractTemplateVersion,
    ContractVersion,
    Signature,
)
from billing.models.deliverables import Deliverable, PublicationProof, Submission, UsageRight
from billing.models.disputes import Dispute, DisputeStatement, Rating
from billing.models.held_funds import CampaignFunds, HeldRelease
from billing.models.ledger import Account, Posting, Transfer, TransferResolution
from billing.models.offers import Offer
from billing.models.outcomes import CampaignOutcome
from billing.models.payment_webhooks import PaymentWebhook
from billing.models.payments import Chargeback, PaymentIntent, PaymentPoll, ProviderPayment, Refund
from billing.models.payouts import Payout, PayoutBatch
from billing.models.price import PriceVersion
from billing.models.usage import UsageEvent
from billing.models.workflows import WorkflowTemplate, WorkflowVersion

__all__ = [
    "Account",
    "Allowance",
    "Campaign",
    "CampaignEvent",
    "CampaignFunds",
    "CampaignOutcome",
    "CampaignReminder",
    "CampaignTask",
    "Chargeback",
    "Collaboration",
    "Contract",
    "ContractEvent",
    "ContractSeal",
    "ContractTemplate",
    "ContractTemplateVersion",
    "ContractVersion",
    "Deliverable",
    "Dispute",
    "DisputeStatement",
    "HeldRelease",
    "Offer",
    "PaymentIntent",
    "PaymentPoll",
    "PaymentWebhook",
    "Payout",
    "PayoutBatch",
    "Posting",
    "PriceVersion",
    "ProviderPayment",
    "PublicationProof",
    "Rating",
    "Refund",
    "Reservation",
    "Signature",
    "Submission",
    "Transfer",
    "TransferResolution",
    "UsageEvent",
    "UsageRight",
    "WorkflowTemplate",
    "WorkflowVersion",
]
