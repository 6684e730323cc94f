from billing.models.allowance import Allowance, Reservation
from billing.models.campaign_tasks import CampaignReminder, CampaignTask
from billing.models.campaigns import Campaign, CampaignEvent, Collaboration
from billing.models.deliverables import Deliverable, PublicationProof, Submission, UsageRight
from billing.models.disputes import Dispute, DisputeStatement, Rating
from billing.models.offers import Offer
from billing.models.outcomes import CampaignOutcome
from billing.models.price import PriceVersion
from billing.models.usage import UsageEvent
from billing.models.workflows import WorkflowTemplate, WorkflowVersion

__all__ = [
    "Allowance",
    "Campaign",
    "CampaignEvent",
    "CampaignOutcome",
    "CampaignReminder",
    "CampaignTask",
    "Collaboration",
    "Deliverable",
    "Dispute",
    "DisputeStatement",
    "Offer",
    "PriceVersion",
    "PublicationProof",
    "Rating",
    "Reservation",
    "Submission",
    "UsageEvent",
    "UsageRight",
    "WorkflowTemplate",
    "WorkflowVersion",
]
