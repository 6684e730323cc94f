"""Rows of campaigns, to look at: they come and go through services."""

from django.contrib import admin

from billing.admin.money import AmountsAdmin
from billing.models import (
    CampaignEvent,
    CampaignReminder,
    CampaignTask,
    Deliverable,
    DisputeStatement,
    Offer,
    PublicationProof,
    Rating,
    Submission,
    UsageRight,
)
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(Offer)
class OfferAdmin(AmountsAdmin):
    list_display = ("collaboration", "number", "side", "amount_minor", "currency", "state", "made_at", "expires_at")
    list_filter = ("state", "side", "is_amendment")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(CampaignEvent)
class CampaignEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "campaign", "collaboration", "action", "state_from", "state_to", "side", "actor", "at")
    list_select_related = ("campaign", "actor")
    list_filter = ("action", "side")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(Deliverable)
class DeliverableAdmin(ReadOnlyAdmin):
    list_display = ("id", "title", "collaboration", "platform", "format", "due_on", "share_minor", "state")
    list_filter = ("state", "platform", "format")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ("deliverable", "version", "decision", "is_automatic", "submitted_at", "decided_at")
    list_select_related = ("deliverable",)
    list_filter = ("decision", "is_automatic")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(PublicationProof)
class PublicationProofAdmin(ReadOnlyAdmin):
    list_display = ("deliverable", "is_verified", "disclosures", "failures", "checked_at")
    list_select_related = ("deliverable",)
    list_filter = ("is_verified",)
    ordering = ("-id",)
    sortable_by = ()


@admin.register(UsageRight)
class UsageRightAdmin(ReadOnlyAdmin):
    list_display = ("deliverable", "brand", "creator", "channels", "territory", "starts_on", "ends_on")
    list_select_related = ("deliverable", "brand", "creator")
    search_fields = ("=brand__slug", "=creator__handle")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(DisputeStatement)
class DisputeStatementAdmin(ReadOnlyAdmin):
    list_display = ("dispute", "side", "author", "at")
    list_select_related = ("dispute", "author")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    list_display = ("collaboration", "side", "stars", "rated_at")
    list_filter = ("side", "stars")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(CampaignTask)
class CampaignTaskAdmin(ReadOnlyAdmin):
    list_display = ("title", "collaboration", "stage", "side", "is_blocking", "due_at", "done_at")
    list_filter = ("stage", "side", "is_blocking")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(CampaignReminder)
class CampaignReminderAdmin(ReadOnlyAdmin):
    list_display = ("key", "collaboration", "stage", "side", "due_at", "sent_at")
    list_filter = ("stage", "side")
    ordering = ("-id",)
    sortable_by = ()
