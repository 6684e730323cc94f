"""Creators and their connections in the console."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from creators.enums import CreatorRole
from creators.errors import InvalidCreator, ZoneChangedLately
from creators.models import Creator, PlatformConnection
from creators.queries.games.streaks import find_zone_pause
from creators.services.creator_rules import check_creator_fields
from creators.services.creators import apply_creator_changes, insert_creator
from veri.platform.ops.admin.read_only import CappedPaginator, ReadOnlyAdmin

SHOWN_CONNECTIONS = 20
_FIELDS = ["display_name", "bio", "country", "language", "timezone", "tags", "roles", "consent_state", "is_active"]


class CreatorForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    roles = forms.MultipleChoiceField(choices=CreatorRole.choices, widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(
        max_length=500, widget=UnfoldAdminTextInputWidget, help_text="Why; kept in the audit trail."
    )

    class Meta:
        model = Creator
        fields = ["handle", "owner", *_FIELDS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        try:
            check_creator_fields({name: cleaned[name] for name in ("handle", *_FIELDS) if name in cleaned})
        except InvalidCreator as error:
            for name, reasons in error.problems.items():
                self.add_error(name, reasons)
        if self.instance.pk and "timezone" in self.changed_data:
            until = find_zone_pause(creator_id=self.instance.pk, now=timezone.now())
            if until is not None:
                self.add_error("timezone", str(ZoneChangedLately(until=until)))
        return cleaned


class ConnectionInline(TabularInline):
    model = PlatformConnection
    fields = readonly_fields = ("platform", "account_id", "account_name", "state", "connected_at")
    extra = 0
    can_delete = False
    verbose_name_plural = f"Connections (the latest {SHOWN_CONNECTIONS})"

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlatformConnection]:
        match = request.resolver_match
        creator_id = match.kwargs.get("object_id", "0") if match else "0"
        shown = PlatformConnection.objects.filter(creator_id=creator_id).order_by("-id").values("pk")
        rows: QuerySet[PlatformConnection] = super().get_queryset(request)
        return rows.filter(pk__in=shown[:SHOWN_CONNECTIONS])

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Creator)
class CreatorAdmin(ModelAdmin):
    """Creators are made and changed with a reason, through the services; erasing one is no form's business."""

    form = CreatorForm
    inlines = (ConnectionInline,)
    list_display = ("handle", "display_name", "owner", "consent_state", "roles", "country", "is_active", "updated_at")
    list_select_related = ("owner",)
    list_filter = ("consent_state", "is_active")
    search_fields = ("handle", "display_name")
    autocomplete_fields = ("owner",)
    ordering = ("handle",)
    paginator = CappedPaginator
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Creator | None = None) -> tuple[str, ...]:
        return ("handle", "standing", "version", "created_at", "updated_at") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Creator | None = None) -> list[str]:
        shown = ["standing", "version", "created_at", "updated_at"] if obj else []
        return ["handle", "owner", *_FIELDS, "reason", *shown]

    @admin.display(description="Standing")
    def standing(self, creator: Creator) -> str:
        address = reverse("admin:creator_standing", args=[creator.pk])
        return format_html('<a href="{}">Score, its reasons and the timeline</a>', address)

    def has_delete_permission(self, request: HttpRequest, obj: Creator | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Creator, form: Any, change: Any) -> None:
        user: Any = request.user
        reason, now = form.cleaned_data["reason"], timezone.now()
        if not change:
            insert_creator(creator=obj, acting_user=user, now=now, reason=reason)
            return
        fields = {name: form.cleaned_data[name] for name in form.changed_data if name != "reason"}
        apply_creator_changes(creator=obj, acting_user=user, now=now, reason=reason, **fields)


@admin.register(PlatformConnection)
class PlatformConnectionAdmin(ReadOnlyAdmin):
    list_display = ("creator", "platform", "account_name", "account_id", "state", "connected_at")
    list_select_related = ("creator",)
    list_filter = ("platform", "state")
    search_fields = ("account_id", "account_name", "creator__handle")
    ordering = ("-id",)
