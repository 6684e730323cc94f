"""The ledger's browser: from balances to postings to transfers to what caused them. Nothing is changed here."""

import re
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.decorators import display

from billing.admin.money import format_money
from billing.admin.reasoned import run_reasoned
from billing.models import Account, CampaignFunds, HeldRelease, Posting, Transfer
from billing.payment_enums import AccountKind, CauseKind, ReleaseState
from billing.payment_errors import NothingOwed
from billing.services.ledger.writing_off import write_off_debt
from billing.services.payouts import propose_payouts
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

RELEASE_COLORS = {
    ReleaseState.PLANNED.label: "info",
    ReleaseState.RELEASED.label: "success",
    ReleaseState.VOIDED.label: "default",
}
_WEBHOOK = re.compile(r"webhook (\d+)\Z")
_PAYOUT = re.compile(r"payout ([0-9a-f-]{36})\Z")


def link_cause(transfer: Transfer) -> str:
    """Return what caused a transfer, as a link where there is a page of it."""
    if found := _WEBHOOK.match(transfer.cause_reference):
        address = reverse("admin:billing_paymentwebhook_change", args=[found[1]])
    elif found := _PAYOUT.match(transfer.cause_reference):
        address = f"{reverse('admin:billing_payout_changelist')}?q={found[1]}"
    else:
        return f"{transfer.get_cause_kind_display()}: {transfer.cause_reference}"
    kind = CauseKind(transfer.cause_kind).label
    return format_html('{}: <a class="text-primary-600" href="{}">{}</a>', kind, address, transfer.cause_reference)


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_display = ("key", "kind", "campaign_ref", "posted", "coming", "going", "postings_link")
    list_filter = ("kind", "currency")
    search_fields = ("=key", "=creator__handle", "=brand__slug")
    search_help_text = "An exact key, handle or brand."
    ordering = ("-id",)
    sortable_by = ()
    fields = ("key", "kind", "currency", "campaign_ref", "creator", "brand", "posted", "coming", "going")
    readonly_fields = ("posted", "coming", "going")
    actions = ("propose_payouts", "write_off")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.change_account"))

    @admin.action(description="Propose payouts of all that is payable", permissions=["operate"])
    def propose_payouts(self, request: HttpRequest, queryset: QuerySet[Account]) -> HttpResponse | None:
        def act(row: Account, reason: str) -> Any:
            if row.kind != AccountKind.CREATOR_PAYABLE or row.creator is None:
                raise NothingOwed("nothing of it is payable to a creator.")
            found = propose_payouts(
                creators=[row.creator], currency=row.currency, actor=request.user, reason=reason, now=timezone.now()
            )
            if not found.payouts.exists():
                raise NothingOwed("all that is payable is asked for already.")

        return run_reasoned(
            admin=self,
            request=request,
            rows=queryset,
            action="propose_payouts",
            title="Propose payouts",
            consequences=["All that is payable to these creators in the currency, of all campaigns, is held for it."],
            act=act,
        )

    @admin.action(description="Write off what is owed to Veri", permissions=["operate"])
    def write_off(self, request: HttpRequest, queryset: QuerySet[Account]) -> HttpResponse | None:
        def act(row: Account, reason: str) -> Any:
            return write_off_debt(account_id=row.pk, actor=request.user, reason=reason, now=timezone.now())

        return run_reasoned(
            admin=self,
            request=request,
            rows=queryset,
            action="write_off",
            title="Write off what is owed",
            consequences=["A negative balance of a creator or brand becomes zero; Veri's fees bear it."],
            act=act,
        )

    @admin.display(description="Posted")
    def posted(self, account: Account) -> str:
        return format_money(account.posted_minor, account.currency)

    @admin.display(description="Pending in")
    def coming(self, account: Account) -> str:
        return format_money(account.pending_in_minor, account.currency)

    @admin.display(description="Pending out")
    def going(self, account: Account) -> str:
        return format_money(account.pending_out_minor, account.currency)

    @admin.display(description="Postings")
    def postings_link(self, account: Account) -> str:
        address = f"{reverse('admin:billing_posting_changelist')}?account__id__exact={account.pk}"
        return format_html('<a class="text-primary-600" href="{}">Show</a>', address)


@admin.register(Posting)
class PostingAdmin(ReadOnlyAdmin):
    list_display = ("id", "recorded", "account", "amount", "pending", "transfer_link", "cause")
    list_filter = (
        "transfer__is_pending",
        ("account__kind", admin.ChoicesFieldListFilter),
        ("account__currency", admin.ChoicesFieldListFilter),
    )
    list_select_related = ("account", "transfer")
    search_fields = ("=account__key", "=transfer__key")
    search_help_text = "An exact key of an account or transfer."
    ordering = ("-id",)
    sortable_by = ()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        return lookup == "account__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="Recorded")
    def recorded(self, posting: Posting) -> object:
        return posting.transfer.recorded_at

    @admin.display(description="Amount")
    def amount(self, posting: Posting) -> str:
        return format_money(posting.amount_minor, posting.account.currency)

    @admin.display(description="Pending", boolean=True)
    def pending(self, posting: Posting) -> bool:
        return posting.transfer.is_pending

    @admin.display(description="Transfer")
    def transfer_link(self, posting: Posting) -> str:
        address = reverse("admin:billing_transfer_change", args=[posting.transfer_id])
        return format_html('<a class="text-primary-600" href="{}">{}</a>', address, posting.transfer.key)

    @admin.display(description="Cause")
    def cause(self, posting: Posting) -> str:
        return link_cause(posting.transfer)


class PostingInline(TabularInline):
    model = Posting
    hide_title = True
    fields = readonly_fields = ("account", "amount")
    extra = 0
    can_delete = False
    max_num = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Posting]:
        rows: QuerySet[Posting] = super().get_queryset(request).select_related("account")
        return rows

    @admin.display(description="Amount")
    def amount(self, posting: Posting) -> str:
        return format_money(posting.amount_minor, posting.account.currency)


@admin.register(Transfer)
class TransferAdmin(ReadOnlyAdmin):
    list_display = ("id", "recorded_at", "key", "standing", "cause", "actor", "reason")
    list_filter = ("is_pending", "cause_kind")
    list_select_related = ("actor", "resolution")
    search_fields = ("=key", "=cause_reference")
    search_help_text = "An exact key or cause."
    ordering = ("-id",)
    sortable_by = ()
    fields = ("key", "standing", "cause", "actor", "reason", "recorded_at", "expires_at", "resolves", "digest")
    readonly_fields = ("standing", "cause")
    inlines = (PostingInline,)

    @display(description="State", label={"Posted": "success", "Pending": "info", "Expired": "warning"})
    def standing(self, transfer: Transfer) -> str:
        if not transfer.is_pending:
            return "Posted"
        found = getattr(transfer, "resolution", None)
        return "Pending" if found is None else f"Pending, then {found.get_outcome_display().lower()}"

    @admin.display(description="Cause")
    def cause(self, transfer: Transfer) -> str:
        return link_cause(transfer)


@admin.register(CampaignFunds)
class CampaignFundsAdmin(ReadOnlyAdmin):
    list_display = ("campaign_ref", "brand", "currency", "is_frozen", "is_closed", "freeze_reason", "opened_at")
    list_filter = ("is_frozen", "is_closed", "currency")
    list_select_related = ("brand",)
    search_fields = ("=brand__slug",)
    ordering = ("-id",)


@admin.register(HeldRelease)
class HeldReleaseAdmin(ReadOnlyAdmin):
    list_display = ("funds", "milestone_ref", "creator", "gross", "fee", "tax", "state_label", "release_at")
    list_filter = ("state",)
    list_select_related = ("funds", "creator")
    search_fields = ("=creator__handle",)
    ordering = ("-id",)

    @display(description="State", label=RELEASE_COLORS)
    def state_label(self, release: HeldRelease) -> str:
        return release.get_state_display()

    @admin.display(description="Gross")
    def gross(self, release: HeldRelease) -> str:
        return format_money(release.gross_minor, release.funds.currency)

    @admin.display(description="Fee")
    def fee(self, release: HeldRelease) -> str:
        return format_money(release.fee_minor, release.funds.currency)

    @admin.display(description="Tax")
    def tax(self, release: HeldRelease) -> str:
        return format_money(release.tax_minor, release.funds.currency)
