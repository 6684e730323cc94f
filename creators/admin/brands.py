"""Brands and their members in the console: made and changed with a reason, through the services."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from creators.models import Brand, BrandMember
from creators.services.brands import apply_brand_changes, insert_brand, set_member_role
from veri.platform.ops.admin.read_only import CappedPaginator


class ReasonedForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    reason = forms.CharField(
        max_length=500, widget=UnfoldAdminTextInputWidget, help_text="Why; kept in the audit trail."
    )


@admin.register(Brand)
class BrandAdmin(ModelAdmin):
    form = ReasonedForm
    list_display = ("name", "slug", "website", "is_active", "updated_at")
    list_filter = ("is_active",)
    search_fields = ("name", "slug")
    ordering = ("name",)
    paginator = CappedPaginator
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Brand | None = None) -> tuple[str, ...]:
        return ("slug", "created_at", "updated_at") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Brand | None = None) -> list[str]:
        shown = ["created_at", "updated_at"] if obj else []
        return ["name", "slug", "description", "website", "is_active", "reason", *shown]

    def has_delete_permission(self, request: HttpRequest, obj: Brand | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Brand, form: Any, change: Any) -> None:
        user: Any = request.user
        reason, now = form.cleaned_data["reason"], timezone.now()
        if not change:
            insert_brand(brand=obj, acting_user=user, now=now, reason=reason)
            return
        fields = {name: form.cleaned_data[name] for name in form.changed_data if name != "reason"}
        apply_brand_changes(brand=obj, acting_user=user, now=now, reason=reason, **fields)


@admin.register(BrandMember)
class BrandMemberAdmin(ModelAdmin):
    """A role is changed, a row never removed: who acted for a brand must stay known."""

    form = ReasonedForm
    list_display = ("brand", "user", "role", "added_at")
    list_select_related = ("brand", "user")
    list_filter = ("role",)
    search_fields = ("brand__slug", "user__username")
    autocomplete_fields = ("brand", "user")
    ordering = ("-id",)
    paginator = CappedPaginator
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: BrandMember | None = None) -> tuple[str, ...]:
        return ("brand", "user", "added_at") if obj else ()

    def get_fields(self, request: HttpRequest, obj: BrandMember | None = None) -> list[str]:
        return ["brand", "user", "role", "reason", *(["added_at"] if obj else [])]

    def has_delete_permission(self, request: HttpRequest, obj: BrandMember | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: BrandMember, form: Any, change: Any) -> None:
        user: Any = request.user
        stored = set_member_role(
            member=obj,
            role=form.cleaned_data["role"],
            acting_user=user,
            now=timezone.now(),
            reason=form.cleaned_data["reason"],
        )
        obj.pk = stored.pk
