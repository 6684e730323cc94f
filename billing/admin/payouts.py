"""The payout desk: proposed by one person, approved by another, sent, confirmed or failed; each with a reason."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import display

from billing.admin.money import AmountsAdmin, format_money
from billing.admin.reasoned import Act, run_reasoned
from billing.models import Payout, PayoutBatch
from billing.payment_enums import PayoutState
from billing.services.payouts import approve_payout, cancel_payout, confirm_payout, fail_payout, send_payout
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

SHOWN = 20
PAYOUT_COLORS = {
    PayoutState.PROPOSED.label: "warning",
    PayoutState.APPROVED.label: "info",
    PayoutState.SENT.label: "info",
    PayoutState.CONFIRMED.label: "success",
    PayoutState.FAILED.label: "danger",
}
_CONSEQUENCES = {
    "approve": "Somebody else proposed it. From now on it may be sent.",
    "cancel": "Its money is payable to the creator again.",
    "send": "The bank was given it under the payout's reference.",
    "confirm": "The money has arrived: it leaves the creator's balance for good.",
    "fail": "The bank sent it back: its money is payable to the creator again.",
}


@admin.register(Payout)
class PayoutAdmin(AmountsAdmin):
    list_display = (
        *(
            "proposed_at",
            "reference",
            "creator",
            "amount",
            "state_label",
            "proposed_by",
            "approved_by",
            "bank_reference",
        ),
        "settled_at",
    )
    list_filter = ("state", "currency")
    list_select_related = ("creator", "proposed_by", "approved_by")
    search_fields = ("=creator__handle", "=bank_reference", "reference")
    search_help_text = "An exact handle, or a reference."
    ordering = ("-id",)
    sortable_by = ()
    actions = ("approve", "cancel", "send", "confirm", "fail")

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.change_payout"))

    @display(description="State", label=PAYOUT_COLORS)
    def state_label(self, payout: Payout) -> str:
        return payout.get_state_display()

    @admin.display(description="Amount")
    def amount(self, payout: Payout) -> str:
        return format_money(payout.amount_minor, payout.currency)

    @admin.action(description="Approve", permissions=["operate"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse | None:
        return self._run(request, queryset, "approve", _build(approve_payout, request))

    @admin.action(description="Cancel", permissions=["operate"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse | None:
        return self._run(request, queryset, "cancel", _build(cancel_payout, request))

    @admin.action(description="Mark as sent", permissions=["operate"])
    def send(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse | None:
        def act(row: Payout, reason: str) -> Any:
            return send_payout(
                payout_id=row.pk,
                actor=request.user,
                bank_reference=row.reference.hex,
                reason=reason,
                now=timezone.now(),
            )

        return self._run(request, queryset, "send", act)

    @admin.action(description="Confirm arrival", permissions=["operate"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse | None:
        return self._run(request, queryset, "confirm", _build(confirm_payout, request))

    @admin.action(description="Mark as failed", permissions=["operate"])
    def fail(self, request: HttpRequest, queryset: QuerySet[Payout]) -> HttpResponse | None:
        return self._run(request, queryset, "fail", _build(fail_payout, request))

    def _run(self, request: HttpRequest, rows: QuerySet[Payout], action: str, act: Act) -> HttpResponse | None:
        return run_reasoned(
            admin=self,
            request=request,
            rows=rows,
            action=action,
            title=f"{action.capitalize()} payouts",
            consequences=[_CONSEQUENCES[action], *(_describe(row) for row in rows[:SHOWN])],
            act=act,
        )


def _describe(payout: Payout) -> str:
    amount = format_money(payout.amount_minor, payout.currency)
    return f"{payout.creator or 'An erased creator'}: {amount}, proposed by {payout.proposed_by or 'nobody known'}"


def _build(service: Any, request: HttpRequest) -> Act:
    return lambda row, reason: service(payout_id=row.pk, actor=request.user, reason=reason, now=timezone.now())


@admin.register(PayoutBatch)
class PayoutBatchAdmin(ReadOnlyAdmin):
    list_display = ("id", "note", "proposed_by", "proposed_at")
    list_select_related = ("proposed_by",)
    ordering = ("-id",)
