from creators.models.accounts import AccountProof, Invite, RecoveryCode, SecondFactor, User
from creators.models.brand import Brand, BrandMember
from creators.models.consent import ConsentRecord
from creators.models.content import ContentItem
from creators.models.creator import Creator, PlatformConnection
from creators.models.handles import FormerHandle, HandleHold, ReservedHandle
from creators.models.interaction import Interaction
from creators.models.onboarding import Interest, OnboardingAnswers
from creators.models.privacy import ErasedSubject, LegalHold, PrivacyRequest
from creators.models.snapshots import AccountSnapshot, ContentSnapshot
from creators.models.stub import InteractionStub
from creators.models.summary import CreatorSummary, CreatorTerm

__all__ = [
    "AccountProof",
    "AccountSnapshot",
    "Brand",
    "BrandMember",
    "ConsentRecord",
    "ContentItem",
    "ContentSnapshot",
    "Creator",
    "CreatorSummary",
    "CreatorTerm",
    "ErasedSubject",
    "FormerHandle",
    "HandleHold",
    "Interaction",
    "InteractionStub",
    "Interest",
    "Invite",
    "LegalHold",
    "OnboardingAnswers",
    "PlatformConnection",
    "PrivacyRequest",
    "RecoveryCode",
    "ReservedHandle",
    "SecondFactor",
    "User",
]
