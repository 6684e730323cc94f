"""Creators and their connections in the console."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminTextInputWidget

from creators.admin.privacy_actions import ask_for_erasure, ask_for_export, may_ask
from creators.enums import CreatorRole, HandleState
from creators.errors import HandleRefused, InvalidCreator, ZoneChangedLately
from creators.handle_keys import is_handle
from creators.models import Creator, PlatformConnection
from creators.queries.games.streaks import find_zone_pause
from creators.queries.handles import filter_look_alikes, get_handle_state
from creators.services.creator_rules import check_creator_fields
from creators.services.creators import apply_creator_changes, insert_creator
from creators.services.handles.claims import apply_handle_change
from creators.services.handles.taking import convert_taken
from migration.admin.reasons import ReasonForm, render_action_form
from veri.platform.ops.admin.read_only import CappedPaginator

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

    def clean_handle(self) -> str:
        handle = str(self.cleaned_data["handle"])
        state = get_handle_state(handle=handle, user=None, now=timezone.now(), creator_id=self.instance.pk or 0)
        if state not in (HandleState.AVAILABLE, HandleState.INVALID):  # the form of it is checked below
            raise forms.ValidationError(str(state.label))
        return handle

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


class LookAlikeFilter(admin.SimpleListFilter):
    """Creators whose handle looks like an older one's, from before handles had keys: one of them is to change."""

    title = "handle"
    parameter_name = "look_alike"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Looks like an older one")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Creator]) -> QuerySet[Creator]:
        return filter_look_alikes(queryset) if self.value() == "yes" else queryset


class HandleForm(ReasonForm):
    handle = forms.CharField(max_length=30, widget=UnfoldAdminTextInputWidget, help_text="May be a reserved one.")
    field_order = ("handle", "reason")

    def clean_handle(self) -> str:
        handle = str(self.cleaned_data["handle"]).removeprefix("@").lower()
        if not is_handle(handle):
            raise forms.ValidationError(str(HandleState.INVALID.label))
        return handle


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
    list_filter = ("consent_state", "is_active", LookAlikeFilter)
    actions = ("change_handle_selected", "export_person", "erase_person")
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

    def has_ask_permission(self, request: HttpRequest) -> bool:
        return may_ask(request)

    @admin.action(description="Export what is kept about one", permissions=["ask"])
    def export_person(self, request: HttpRequest, queryset: QuerySet[Creator]) -> HttpResponse | None:
        return ask_for_export(self, request, queryset)

    @admin.action(description="Erase one", permissions=["ask"])
    def erase_person(self, request: HttpRequest, queryset: QuerySet[Creator]) -> HttpResponse | None:
        return ask_for_erasure(self, request, queryset)

    @admin.action(description="Change the handle of one", permissions=["change"])
    def change_handle_selected(self, request: HttpRequest, queryset: QuerySet[Creator]) -> HttpResponse | None:
        creator = queryset.first()
        if creator is None or queryset.count() != 1:
            self.message_user(request, "Choose one creator.", messages.WARNING)
            return None
        form = HandleForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid() and self._change_handle(request, creator, form):
            return None
        return render_action_form(
            admin=self,
            request=request,
            rows=queryset,
            form=form,
            action="change_handle_selected",
            title=f"Change the handle of @{creator.handle}",
            consequences=[
                "The old handle leads to the creator and stays blocked for 90 days.",
                "The limit of one change in 30 days does not hold for staff.",
            ],
            submit="Change the handle",
        )

    def _change_handle(self, request: HttpRequest, creator: Creator, form: HandleForm) -> bool:
        user: Any = request.user
        given = form.cleaned_data
        try:
            with convert_taken(given["handle"]), transaction.atomic(durable=True):
                apply_handle_change(
                    creator=creator,
                    handle=given["handle"],
                    acting_user=user,
                    now=timezone.now(),
                    reason=given["reason"],
                    may_take_reserved=True,
                )
        except HandleRefused as refusal:
            form.add_error("handle", str(refusal))
            return False
        self.message_user(request, f"@{creator.handle} is @{given['handle']} now.", messages.SUCCESS)
        return True

    def save_model(self, request: HttpRequest, obj: Creator, form: Any, change: Any) -> None:
        user: Any = request.user
        reason, now = form.cleaned_data["reason"], timezone.now()
        if not change:
            insert_creator(creator=obj, acting_user=user, now=now, reason=reason)
            return
        fields = {name: form.cleaned_data[name] for name in form.changed_data if name != "reason"}
        apply_creator_changes(creator=obj, acting_user=user, now=now, reason=reason, **fields)
