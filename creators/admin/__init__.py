from creators.admin.accounts import GroupAdmin, UserAdmin
from creators.admin.brands import BrandAdmin, BrandMemberAdmin
from creators.admin.connections import ConnectionTokenAdmin, ConnectTicketAdmin, PlatformConnectionAdmin
from creators.admin.consents import ConsentRecordAdmin
from creators.admin.content import ContentItemAdmin
from creators.admin.creators import CreatorAdmin
from creators.admin.interactions import InteractionAdmin
from creators.admin.snapshots import AccountSnapshotAdmin, ContentSnapshotAdmin
from creators.admin.stubs import InteractionStubAdmin
from creators.admin.summaries import CreatorSummaryAdmin
from creators.admin.sync import MissingContentAdmin, QuotaWindowAdmin, SyncPlanAdmin, SyncRunAdmin
from creators.admin.webhooks import WebhookDeliveryAdmin, WebhookSubscriptionAdmin

__all__ = [
    "AccountSnapshotAdmin",
    "BrandAdmin",
    "BrandMemberAdmin",
    "ConnectTicketAdmin",
    "ConnectionTokenAdmin",
    "ConsentRecordAdmin",
    "ContentItemAdmin",
    "ContentSnapshotAdmin",
    "CreatorAdmin",
    "CreatorSummaryAdmin",
    "GroupAdmin",
    "InteractionAdmin",
    "InteractionStubAdmin",
    "MissingContentAdmin",
    "PlatformConnectionAdmin",
    "QuotaWindowAdmin",
    "SyncPlanAdmin",
    "SyncRunAdmin",
    "UserAdmin",
    "WebhookDeliveryAdmin",
    "WebhookSubscriptionAdmin",
]
