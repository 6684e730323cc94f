from creators.models.accounts import AccountProof, Invite, RecoveryCode, SecondFactor, User
from creators.models.achievement import Achievement
from creators.models.analytics import AnalyticsEvent
from creators.models.brand import Brand, BrandMember
from creators.models.connections import ConnectionToken, ConnectTicket
from creators.models.consent import ConsentRecord
from creators.models.content import ContentItem
from creators.models.creator import Creator, PlatformConnection
from creators.models.exploring import CreatorBlock, Exclusivity, ExploreEntry, SavedList, SavedListEntry, WorkTerms
from creators.models.handles import FormerHandle, HandleHold, ReservedHandle
from creators.models.interaction import Interaction
from creators.models.onboarding import Interest, OnboardingAnswers
from creators.models.points import PointEntry, Season, SeasonResult, SeasonTotal
from creators.models.privacy import ErasedSubject, LegalHold, PrivacyRequest
from creators.models.snapshots import AccountSnapshot, ContentSnapshot
from creators.models.standing import CreatorScore, LatestScore, PlatformFigures, ScoreRun
from creators.models.streak import FreezeEntry, Streak, StreakDay, ZoneChange
from creators.models.stub import InteractionStub
from creators.models.summary import CreatorSummary, CreatorTerm
from creators.models.sync import MissingContent, QuotaWindow, SyncPlan, SyncRun
from creators.models.task import Task, TaskSubmission
from creators.models.webhooks import WebhookDelivery, WebhookSubscription

__all__ = [
    "AccountProof",
    "AccountSnapshot",
    "Achievement",
    "AnalyticsEvent",
    "Brand",
    "BrandMember",
    "ConnectTicket",
    "ConnectionToken",
    "ConsentRecord",
    "ContentItem",
    "ContentSnapshot",
    "Creator",
    "CreatorBlock",
    "CreatorScore",
    "CreatorSummary",
    "CreatorTerm",
    "ErasedSubject",
    "Exclusivity",
    "ExploreEntry",
    "FormerHandle",
    "FreezeEntry",
    "HandleHold",
    "Interaction",
    "InteractionStub",
    "Interest",
    "Invite",
    "LatestScore",
    "LegalHold",
    "MissingContent",
    "OnboardingAnswers",
    "PlatformConnection",
    "PlatformFigures",
    "PointEntry",
    "PrivacyRequest",
    "QuotaWindow",
    "RecoveryCode",
    "ReservedHandle",
    "SavedList",
    "SavedListEntry",
    "ScoreRun",
    "Season",
    "SeasonResult",
    "SeasonTotal",
    "SecondFactor",
    "Streak",
    "StreakDay",
    "SyncPlan",
    "SyncRun",
    "Task",
    "TaskSubmission",
    "User",
    "WebhookDelivery",
    "WebhookSubscription",
    "WorkTerms",
    "ZoneChange",
]
