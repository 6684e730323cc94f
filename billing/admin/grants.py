"""Quota grants: given by staff with a reason, never changed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from billing.enums import GrantSource
from billing.models import QuotaGrant
from billing.services.allowances import REQUESTS_PER_MONTH
from billing.services.grants import grant_by_staff
from creators.models import Creator
from veri.platform.ops.admin.read_only import ReadOnlyAdmin

LARGEST = 1_000_000_000


class GrantForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    handle = forms.CharField(max_length=60, widget=UnfoldAdminTextInputWidget, help_text="The creator's handle.")
    feature = forms.ChoiceField(choices=[(name, name) for name in REQUESTS_PER_MONTH], widget=UnfoldAdminSelectWidget)
    units = forms.IntegerField(min_value=1, max_value=LARGEST, widget=UnfoldAdminIntegerFieldWidget)
    days = forms.IntegerField(
        min_value=1, max_value=3660, initial=30, widget=UnfoldAdminIntegerFieldWidget, help_text="Valid for so long."
    )
    reason = forms.CharField(max_length=500, widget=UnfoldAdminTextInputWidget, help_text="Kept in the audit trail.")

    class Meta:
        model = QuotaGrant
        fields = ["feature", "units"]

    def clean_handle(self) -> Creator:
        found = Creator.objects.filter(handle=self.cleaned_data["handle"].lstrip("@").lower()).first()
        if found is None:
            raise forms.ValidationError("There is no such creator.")
        return found


@admin.register(QuotaGrant)
class QuotaGrantAdmin(ReadOnlyAdmin):
    form = GrantForm
    list_display = ("id", "creator", "feature", "units", "source", "priority", "valid_from", "expires_at")
    list_select_related = ("creator",)
    list_filter = ("source", "feature")
    search_fields = ("=creator__handle", "=key")
    search_help_text = "An exact handle or key."
    ordering = ("-id",)
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("billing.add_quotagrant"))

    def get_fields(self, request: HttpRequest, obj: QuotaGrant | None = None) -> list[str]:
        if obj is None:
            return ["handle", "feature", "units", "days", "reason"]
        return ["creator", "feature", "units", "source", "priority", "valid_from", "expires_at", "key", "granted_at"]

    def save_model(self, request: HttpRequest, obj: QuotaGrant, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        cleaned, now = form.cleaned_data, timezone.now()
        made = grant_by_staff(
            creator_id=cleaned["handle"].pk,
            feature=cleaned["feature"],
            units=cleaned["units"],
            expires_at=now + timedelta(days=cleaned["days"]),
            key=f"{GrantSource.STAFF}:{uuid4()}",
            acting_user=request.user,
            reason=cleaned["reason"],
            now=now,
        )
        obj.pk = made.pk
        obj.refresh_from_db()
