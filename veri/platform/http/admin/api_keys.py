"""API keys in the console: create (the secret is shown once), rotate, revoke."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from veri.platform.http.errors import ApiKeyNotUsable
from veri.platform.http.models import ApiKey
from veri.platform.http.scopes import list_scopes
from veri.platform.http.services import CreatedApiKey, create_api_key, revoke_api_key, rotate_api_key


class ApiKeyForm(forms.ModelForm[ApiKey]):
    scopes = forms.MultipleChoiceField(choices=lambda: list(list_scopes().items()), widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = ApiKey
        fields = ["owner", "name", "scopes", "rate_limit", "expires_at"]


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    form = ApiKeyForm
    list_display = ["name", "prefix", "owner", "scopes", "created_at", "last_used_at", "expires_at", "revoked_at"]
    list_select_related = ["owner"]
    list_filter = ["revoked_at", "expires_at"]
    search_fields = ["name", "prefix", "owner__username"]
    raw_id_fields = ["owner"]
    actions = ["rotate_keys", "revoke_keys"]
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Keys are replaced or revoked, never edited: lists and actions need the permission, the form does not open."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:  # noqa: FBT001  Django's signature
        created = create_api_key(
            owner=obj.owner,
            name=obj.name,
            scopes=form.cleaned_data["scopes"],
            acting_user=request.user,
            now=timezone.now(),
            expires_at=obj.expires_at,
            rate_limit=obj.rate_limit,
        )
        obj.__dict__.update(created.key.__dict__)
        self._show(request, created)

    @admin.action(description="Rotate: create successors, old keys work for 24 hours", permissions=["change"])
    def rotate_keys(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        skipped = 0
        for key in queryset:
            try:
                self._show(request, rotate_api_key(key=key, acting_user=request.user, now=timezone.now()))
            except ApiKeyNotUsable:
                skipped += 1
        if skipped:
            self.message_user(request, f"{skipped} skipped: expired, revoked or rotated already.", messages.WARNING)

    @admin.action(description="Revoke at once", permissions=["change"])
    def revoke_keys(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        for key in queryset:
            revoke_api_key(key=key, acting_user=request.user, now=timezone.now(), reason="revoked in the console")
        self.message_user(request, f"{len(queryset)} revoked.", messages.SUCCESS)

    def _show(self, request: HttpRequest, created: CreatedApiKey) -> None:
        text = f"Copy the credential of {created.key.name} now, it is not shown again: {created.credential}"
        self.message_user(request, text, messages.WARNING)
