from creators.models.accounts import User
from creators.models.brand import Brand, BrandMember
from creators.models.connections import ConnectionToken, ConnectTicket
from creators.models.consent import ConsentRecord
from creators.models.content import ContentItem
from creators.models.creator import Creator, PlatformConnection
from creators.models.interaction import Interaction
from creators.models.snapshots import AccountSnapshot, ContentSnapshot
from creators.models.stub import InteractionStub
from creators.models.summary import CreatorSummary, CreatorTerm
from creators.models.sync import MissingContent, QuotaWindow, SyncPlan, SyncRun
from creators.models.webhooks import WebhookDelivery, WebhookSubscription

__all__ = [
    "AccountSnapshot",
    "Brand",
    "BrandMember",
    "ConnectTicket",
    "ConnectionToken",
    "ConsentRecord",
    "ContentItem",
    "ContentSnapshot",
    "Creator",
    "CreatorSummary",
    "CreatorTerm",
    "Interaction",
    "InteractionStub",
    "MissingContent",
    "PlatformConnection",
    "QuotaWindow",
    "SyncPlan",
    "SyncRun",
    "User",
    "WebhookDelivery",
    "WebhookSubscription",
]
