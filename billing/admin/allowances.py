"""Allowances: the limit may be changed, with a reason. Reservations, to look at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from billing.admin.money import format_usd
from billing.enums import AllowanceUnit
from billing.models import Allowance, Reservation
from billing.services.limits import apply_limit
from veri.platform.ops.admin.read_only import CappedPaginator, ReadOnlyAdmin


class AllowanceForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    reason = forms.CharField(
        max_length=500, widget=UnfoldAdminTextInputWidget, help_text="Why; kept in the audit trail."
    )

    class Meta:
        model = Allowance
        fields = ["limit"]
        help_texts = {"limit": "Micro-dollars (1,000,000 are one dollar) or requests, as the unit says."}


@admin.register(Allowance)
class AllowanceAdmin(ReadOnlyAdmin):
    form = AllowanceForm
    list_display = ("scope", "period_start", "unit", "limit_shown", "spent_shown", "reserved_shown", "used")
    list_filter = ("unit", "period_start")
    search_fields = ("scope",)
    search_help_text = "A scope, like budget:claude or quota:assistant:17."
    ordering = ("-period_start", "scope")
    paginator = CappedPaginator
    fields = ("scope", "period_start", "period_end", "unit", "limit", "reason", "spent", "reserved")
    readonly_fields = ("scope", "period_start", "period_end", "unit", "spent", "reserved")

    def has_change_permission(self, request: HttpRequest, obj: Allowance | None = None) -> bool:
        return bool(request.user.has_perm("billing.change_allowance"))

    def get_fields(self, request: HttpRequest, obj: Allowance | None = None) -> list[str]:
        may_change = self.has_change_permission(request, obj)
        return [name for name in self.fields if may_change or name != "reason"]

    def save_model(self, request: HttpRequest, obj: Allowance, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        cleaned = form.cleaned_data
        apply_limit(
            allowance=obj,
            limit=cleaned["limit"],
            acting_user=request.user,
            reason=cleaned["reason"],
            now=timezone.now(),
        )

    @admin.display(description="Limit")
    def limit_shown(self, allowance: Allowance) -> str:
        return _show(allowance, allowance.limit)

    @admin.display(description="Spent")
    def spent_shown(self, allowance: Allowance) -> str:
        return _show(allowance, allowance.spent)

    @admin.display(description="Reserved")
    def reserved_shown(self, allowance: Allowance) -> str:
        return _show(allowance, allowance.reserved)

    @admin.display(description="Used")
    def used(self, allowance: Allowance) -> str:
        used = allowance.spent + allowance.reserved
        return f"{100 * used / allowance.limit:.1f} %" if allowance.limit else "—"


def _show(allowance: Allowance, amount: int) -> str:
    return format_usd(amount) if allowance.unit == AllowanceUnit.MICRO_USD else f"{amount:,}"


@admin.register(Reservation)
class ReservationAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "source",
        "action",
        "creator",
        "service",
        "model",
        "amount",
        "state",
        "reserved_at",
        "expires_at",
    )
    list_select_related = ("creator",)
    list_filter = ("state", "service")
    search_fields = ("=action", "=creator__handle")
    search_help_text = "An exact action or handle."
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description="Held")
    def amount(self, reservation: Reservation) -> str:
        return format_usd(reservation.amount_micro_usd)
