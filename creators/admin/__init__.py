from creators.admin.accounts import AccountProofAdmin, GroupAdmin, InviteAdmin, SecondFactorAdmin, UserAdmin
from creators.admin.brands import BrandAdmin, BrandMemberAdmin
from creators.admin.consents import ConsentRecordAdmin
from creators.admin.content import ContentItemAdmin
from creators.admin.creators import CreatorAdmin, PlatformConnectionAdmin
from creators.admin.handles import FormerHandleAdmin, HandleHoldAdmin, ReservedHandleAdmin
from creators.admin.interactions import InteractionAdmin
from creators.admin.onboarding import InterestAdmin, OnboardingAnswersAdmin
from creators.admin.privacy import ErasedSubjectAdmin, LegalHoldAdmin, PrivacyRequestAdmin
from creators.admin.snapshots import AccountSnapshotAdmin, ContentSnapshotAdmin
from creators.admin.stubs import InteractionStubAdmin
from creators.admin.summaries import CreatorSummaryAdmin

__all__ = [
    "AccountProofAdmin",
    "AccountSnapshotAdmin",
    "BrandAdmin",
    "BrandMemberAdmin",
    "ConsentRecordAdmin",
    "ContentItemAdmin",
    "ContentSnapshotAdmin",
    "CreatorAdmin",
    "CreatorSummaryAdmin",
    "ErasedSubjectAdmin",
    "FormerHandleAdmin",
    "GroupAdmin",
    "HandleHoldAdmin",
    "InteractionAdmin",
    "InteractionStubAdmin",
    "InterestAdmin",
    "InviteAdmin",
    "LegalHoldAdmin",
    "OnboardingAnswersAdmin",
    "PlatformConnectionAdmin",
    "PrivacyRequestAdmin",
    "ReservedHandleAdmin",
    "SecondFactorAdmin",
    "UserAdmin",
]
