from creators.admin.accounts import AccountProofAdmin, GroupAdmin, InviteAdmin, SecondFactorAdmin, UserAdmin
from creators.admin.analytics import AnalyticsEventAdmin
from creators.admin.brands import BrandAdmin, BrandMemberAdmin
from creators.admin.connections import ConnectionTokenAdmin, ConnectTicketAdmin, PlatformConnectionAdmin
from creators.admin.consents import ConsentRecordAdmin
from creators.admin.content import ContentItemAdmin
from creators.admin.creators import CreatorAdmin
from creators.admin.exploring import (
    CreatorBlockAdmin,
    ExclusivityAdmin,
    ExploreEntryAdmin,
    SavedListAdmin,
    SavedListEntryAdmin,
    WorkTermsAdmin,
)
from creators.admin.games import (
    AchievementAdmin,
    FreezeEntryAdmin,
    PointEntryAdmin,
    SeasonAdmin,
    SeasonResultAdmin,
    SeasonTotalAdmin,
    StreakAdmin,
    StreakDayAdmin,
    ZoneChangeAdmin,
)
from creators.admin.handles import FormerHandleAdmin, HandleHoldAdmin, ReservedHandleAdmin
from creators.admin.interactions import InteractionAdmin
from creators.admin.onboarding import InterestAdmin, OnboardingAnswersAdmin
from creators.admin.privacy import ErasedSubjectAdmin, LegalHoldAdmin, PrivacyRequestAdmin
from creators.admin.snapshots import AccountSnapshotAdmin, ContentSnapshotAdmin
from creators.admin.standing import CreatorScoreAdmin, LatestScoreAdmin, PlatformFiguresAdmin, ScoreRunAdmin
from creators.admin.stubs import InteractionStubAdmin
from creators.admin.summaries import CreatorSummaryAdmin
from creators.admin.sync import MissingContentAdmin, QuotaWindowAdmin, SyncPlanAdmin, SyncRunAdmin
from creators.admin.tasks import TaskAdmin, TaskSubmissionAdmin
from creators.admin.webhooks import WebhookDeliveryAdmin, WebhookSubscriptionAdmin

__all__ = [
    "AccountProofAdmin",
    "AccountSnapshotAdmin",
    "AchievementAdmin",
    "AnalyticsEventAdmin",
    "BrandAdmin",
    "BrandMemberAdmin",
    "ConnectTicketAdmin",
    "ConnectionTokenAdmin",
    "ConsentRecordAdmin",
    "ContentItemAdmin",
    "ContentSnapshotAdmin",
    "CreatorAdmin",
    "CreatorBlockAdmin",
    "CreatorScoreAdmin",
    "CreatorSummaryAdmin",
    "ErasedSubjectAdmin",
    "ExclusivityAdmin",
    "ExploreEntryAdmin",
    "FormerHandleAdmin",
    "FreezeEntryAdmin",
    "GroupAdmin",
    "HandleHoldAdmin",
    "InteractionAdmin",
    "InteractionStubAdmin",
    "InterestAdmin",
    "InviteAdmin",
    "LatestScoreAdmin",
    "LegalHoldAdmin",
    "MissingContentAdmin",
    "OnboardingAnswersAdmin",
    "PlatformConnectionAdmin",
    "PlatformFiguresAdmin",
    "PointEntryAdmin",
    "PrivacyRequestAdmin",
    "QuotaWindowAdmin",
    "ReservedHandleAdmin",
    "SavedListAdmin",
    "SavedListEntryAdmin",
    "ScoreRunAdmin",
    "SeasonAdmin",
    "SeasonResultAdmin",
    "SeasonTotalAdmin",
    "SecondFactorAdmin",
    "StreakAdmin",
    "StreakDayAdmin",
    "SyncPlanAdmin",
    "SyncRunAdmin",
    "TaskAdmin",
    "TaskSubmissionAdmin",
    "UserAdmin",
    "WebhookDeliveryAdmin",
    "WebhookSubscriptionAdmin",
    "WorkTermsAdmin",
    "ZoneChangeAdmin",
]
