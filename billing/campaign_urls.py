"""Paths of campaigns below ``/api/v1/``."""

from django.urls import path

from billing.api.campaigns.campaigns import (
    CampaignEventListView,
    CampaignListView,
    CampaignMoveView,
    CampaignView,
    FundingView,
    InvitationView,
)
from billing.api.campaigns.collaborations import (
    CollaborationEventListView,
    CollaborationListView,
    CollaborationMoveView,
    CollaborationView,
    TaskCompletionView,
)
from billing.api.campaigns.contracts import (
    CollaborationContractView,
    ContractCertificateView,
    ContractDocumentView,
    ContractEventListView,
    ContractShowingView,
    ContractVerificationView,
    ContractView,
    DocumentVerificationView,
    SignatureView,
)
from billing.api.campaigns.deliverables import (
    ApprovalView,
    ChangeRequestView,
    DeliverableListView,
    DeliverableSubmissionView,
    PublicationView,
    ReleaseView,
    VerifyingView,
)
from billing.api.campaigns.disputes import (
    DisputeListView,
    RatingListView,
    ResolutionView,
    StatementView,
    WithdrawalView,
)
from billing.api.campaigns.offers import AcceptanceView, OfferListView, RefusalView
from billing.api.campaigns.usage_rights import UsageRightListView

urlpatterns = [
    path("campaigns", CampaignListView.as_view(), name="campaigns"),
    path("campaigns/<str:id>", CampaignView.as_view(), name="campaign"),
    path("campaigns/<str:id>/collaborations", InvitationView.as_view(), name="campaign-collaborations"),
    path("campaigns/<str:id>/events", CampaignEventListView.as_view(), name="campaign-events"),
    path("campaigns/<str:id>/funding", FundingView.as_view(), name="campaign-funding"),
    path("campaigns/<str:id>/moves", CampaignMoveView.as_view(), name="campaign-moves"),
    path("collaborations", CollaborationListView.as_view(), name="collaborations"),
    path("collaborations/<str:id>", CollaborationView.as_view(), name="collaboration"),
    path("collaborations/<str:id>/contract", CollaborationContractView.as_view(), name="collaboration-contract"),
    path("collaborations/<str:id>/deliverables", DeliverableListView.as_view(), name="collaboration-deliverables"),
    path("collaborations/<str:id>/disputes", DisputeListView.as_view(), name="collaboration-disputes"),
    path("collaborations/<str:id>/events", CollaborationEventListView.as_view(), name="collaboration-events"),
    path("collaborations/<str:id>/moves", CollaborationMoveView.as_view(), name="collaboration-moves"),
    path("collaborations/<str:id>/offers", OfferListView.as_view(), name="collaboration-offers"),
    path("collaborations/<str:id>/offers/<str:number>/accept", AcceptanceView.as_view(), name="offer-accept"),
    path("collaborations/<str:id>/offers/<str:number>/decline", RefusalView.as_view(), name="offer-decline"),
    path("collaborations/<str:id>/ratings", RatingListView.as_view(), name="collaboration-ratings"),
    path("collaborations/<str:id>/tasks/<str:key>", TaskCompletionView.as_view(), name="collaboration-task"),
    path("contract-verifications", DocumentVerificationView.as_view(), name="contract-verifications"),
    path("contracts/<str:id>", ContractView.as_view(), name="contract"),
    path("contracts/<str:id>/certificate", ContractCertificateView.as_view(), name="contract-certificate"),
    path("contracts/<str:id>/document", ContractDocumentView.as_view(), name="contract-document"),
    path("contracts/<str:id>/events", ContractEventListView.as_view(), name="contract-events"),
    path("contracts/<str:id>/signatures", SignatureView.as_view(), name="contract-signatures"),
    path("contracts/<str:id>/verify", ContractVerificationView.as_view(), name="contract-verify"),
    path("contracts/<str:id>/views", ContractShowingView.as_view(), name="contract-views"),
    path("deliverables/<str:id>/approval", ApprovalView.as_view(), name="deliverable-approval"),
    path("deliverables/<str:id>/change-requests", ChangeRequestView.as_view(), name="deliverable-changes"),
    path("deliverables/<str:id>/publication", PublicationView.as_view(), name="deliverable-publication"),
    path("deliverables/<str:id>/release", ReleaseView.as_view(), name="deliverable-release"),
    path("deliverables/<str:id>/submissions", DeliverableSubmissionView.as_view(), name="deliverable-submissions"),
    path("deliverables/<str:id>/verification", VerifyingView.as_view(), name="deliverable-verification"),
    path("disputes/<str:id>/resolution", ResolutionView.as_view(), name="dispute-resolution"),
    path("disputes/<str:id>/statements", StatementView.as_view(), name="dispute-statements"),
    path("disputes/<str:id>/withdrawal", WithdrawalView.as_view(), name="dispute-withdrawal"),
    path("usage-rights", UsageRightListView.as_view(), name="usage-rights"),
]
