"""Prices: added with a reason, never edited or deleted."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from billing.models import PriceVersion
from billing.services.imports.prices import find_price_problem
from billing.services.price_list import insert_price
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

PRICE_FIELDS = ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read", "unit")


class PriceForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    effective_from = forms.SplitDateTimeField(
        required=False, widget=UnfoldAdminSplitDateTimeWidget, help_text="UTC. Empty means at once; never in the past."
    )
    reason = forms.CharField(
        max_length=500, widget=UnfoldAdminTextInputWidget, help_text="Why; kept in the audit trail."
    )

    class Meta:
        model = PriceVersion
        fields = ["service", "model", "prompt_above", "effective_from", *PRICE_FIELDS]
        help_texts = dict.fromkeys(PRICE_FIELDS, "Micro-dollars per million tokens: 2000000 is two dollars.") | {
            "prompt_above": "The price holds for prompts with more tokens than this.",
            "unit": "Micro-dollars per million units: kilobyte-months, mails, millionths of X's dollars.",
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        known = {name: cleaned.get(name) for name in ("service", *PRICE_FIELDS)}
        if None not in known.values() and (problem := find_price_problem(PriceVersion(**known))):
            raise forms.ValidationError(f"This is {problem}: an unpriced call must be refused, not made for nothing.")
        return cleaned

    def clean_effective_from(self) -> datetime:
        wanted: datetime | None = self.cleaned_data.get("effective_from")
        now = timezone.now()
        if wanted is not None and wanted < now:
            raise forms.ValidationError("A price cannot begin in the past: what was metered stays as it was.")
        return wanted or now


@admin.register(PriceVersion)
class PriceVersionAdmin(ReadOnlyAdmin):
    form = PriceForm
    list_display = ("model", "service", "prompt_above", "effective_from", *(f"{name}_usd" for name in PRICE_FIELDS))
    list_filter = ("service",)
    search_fields = ("model",)
    ordering = ("service", "model", "prompt_above", "-effective_from")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.add_priceversion"))

    def get_fields(self, request: HttpRequest, obj: PriceVersion | None = None) -> list[str]:
        names = ["service", "model", "prompt_above", "effective_from", *PRICE_FIELDS]
        return names if obj else [*names, "reason"]

    def save_model(self, request: HttpRequest, obj: PriceVersion, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        insert_price(price=obj, acting_user=request.user, reason=form.cleaned_data["reason"], now=timezone.now())

    @admin.display(description="Input $/M")
    def input_usd(self, price: PriceVersion) -> str:
        return f"{price.input / 1_000_000:g}"

    @admin.display(description="Output $/M")
    def output_usd(self, price: PriceVersion) -> str:
        return f"{price.output / 1_000_000:g}"

    @admin.display(description="Unit $/M")
    def unit_usd(self, price: PriceVersion) -> str:
        return f"{price.unit / 1_000_000:g}"

    @admin.display(description="Cache write 5 m $/M")
    def cache_write_5m_usd(self, price: PriceVersion) -> str:
        return f"{price.cache_write_5m / 1_000_000:g}"

    @admin.display(description="Cache write 1 h $/M")
    def cache_write_1h_usd(self, price: PriceVersion) -> str:
        return f"{price.cache_write_1h / 1_000_000:g}"

    @admin.display(description="Cache read $/M")
    def cache_read_usd(self, price: PriceVersion) -> str:
        return f"{price.cache_read / 1_000_000:g}"
