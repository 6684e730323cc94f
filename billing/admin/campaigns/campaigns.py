"""Campaigns, collaborations, disputes and workflow templates in the console."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from billing.admin.money import AmountsAdmin
from billing.models import Campaign, Collaboration, Dispute, WorkflowTemplate, WorkflowVersion
from billing.money import Money
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(Campaign)
class CampaignAdmin(AmountsAdmin):
    list_display = ("id", "title", "brand", "kind", "state", "budget", "starts_on", "ends_on")
    list_select_related = ("brand",)
    list_filter = ("state", "kind", "currency")
    search_fields = ("title", "=brand__slug")
    search_help_text = "Words of a title, or a brand's slug."
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description="Budget")
    def budget(self, campaign: Campaign) -> str:
        return str(Money(minor=campaign.budget_minor, currency=campaign.currency))


@admin.register(Collaboration)
class CollaborationAdmin(AmountsAdmin):
    list_display = ("page", "campaign", "creator", "state", "fee", "state_changed_at")
    list_select_related = ("campaign", "creator")
    list_filter = ("state",)
    search_fields = ("=creator__handle", "campaign__title", "=campaign__brand__slug")
    search_help_text = "A handle, words of a campaign's title, or a brand's slug."
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description="Page")
    def page(self, one: Collaboration) -> str:
        return format_html('<a href="{}">{}</a>', reverse("admin:collaboration_page", args=[one.pk]), one.pk)

    @admin.display(description="Fee")
    def fee(self, one: Collaboration) -> str:
        return "—" if one.fee_minor is None else str(Money(minor=one.fee_minor, currency=one.currency))


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    list_display = ("id", "collaboration", "side", "state", "opened_at", "resolved_at")
    list_filter = ("state", "side")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(WorkflowTemplate)
class WorkflowTemplateAdmin(ReadOnlyAdmin):
    list_display = ("name", "kind", "is_default", "is_active", "compose")
    list_filter = ("kind", "is_active")
    ordering = ("name",)

    @admin.display(description="Compose")
    def compose(self, template: WorkflowTemplate) -> str:
        return format_html('<a href="{}">Compose</a>', reverse("admin:workflow_composer", args=[template.pk]))


@admin.register(WorkflowVersion)
class WorkflowVersionAdmin(ReadOnlyAdmin):
    list_display = ("template", "number", "made_by", "made_at", "reason")
    list_select_related = ("template", "made_by")
    list_filter = ("template",)
    ordering = ("-id",)
    sortable_by = ()
