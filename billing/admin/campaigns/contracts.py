"""Contracts in the console, to look at: documents and chains never change."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from billing.models import (
    Contract,
    ContractEvent,
    ContractSeal,
    ContractTemplate,
    ContractTemplateVersion,
    ContractVersion,
    Signature,
)
from veri.platform.ops.admin.read_only import ReadOnlyAdmin


@admin.register(Contract)
class ContractAdmin(ReadOnlyAdmin):
    list_display = ("page", "collaboration", "created_at")
    search_fields = ("=collaboration__creator__handle", "=collaboration__campaign__brand__slug")
    search_help_text = "A handle or a brand's slug."
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description="Contract")
    def page(self, contract: Contract) -> str:
        return format_html('<a href="{}">{}</a>', reverse("admin:contract_page", args=[contract.pk]), contract.pk)


@admin.register(ContractVersion)
class ContractVersionAdmin(ReadOnlyAdmin):
    list_display = ("contract", "number", "sha256", "made_at")
    exclude = ("pdf",)
    search_fields = ("=sha256",)
    search_help_text = "A document's SHA-256."
    ordering = ("-id",)
    sortable_by = ()


@admin.register(Signature)
class SignatureAdmin(ReadOnlyAdmin):
    list_display = ("version", "side", "signer_name", "method", "ip", "signed_at")
    list_select_related = ("version",)
    list_filter = ("side", "method")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(ContractSeal)
class ContractSealAdmin(ReadOnlyAdmin):
    list_display = ("version", "sha256", "sealed_at")
    list_select_related = ("version",)
    exclude = ("pdf",)
    search_fields = ("=sha256",)
    search_help_text = "A sealed copy's SHA-256."
    ordering = ("-id",)
    sortable_by = ()


@admin.register(ContractEvent)
class ContractEventAdmin(ReadOnlyAdmin):
    list_display = ("contract", "number", "kind", "version_number", "side", "at", "hash")
    list_filter = ("kind", "side")
    ordering = ("-id",)
    sortable_by = ()


@admin.register(ContractTemplate)
class ContractTemplateAdmin(ReadOnlyAdmin):
    list_display = ("name", "is_default", "created_at", "write")
    ordering = ("name",)

    @admin.display(description="Text")
    def write(self, template: ContractTemplate) -> str:
        return format_html('<a href="{}">Write a new version</a>', reverse("admin:contract_text", args=[template.pk]))


@admin.register(ContractTemplateVersion)
class ContractTemplateVersionAdmin(ReadOnlyAdmin):
    list_display = ("template", "number", "made_by", "made_at", "reason")
    list_select_related = ("template", "made_by")
    ordering = ("-id",)
    sortable_by = ()
