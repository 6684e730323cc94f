"""The privacy desk: requests with their steps and evidence, legal holds, and who was erased."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectMultipleWidget

from creators.errors import ExportNotReady
from creators.models import ErasedSubject, LegalHold, PrivacyRequest
from creators.services.privacy.exporting import open_export
from creators.services.privacy.holds import insert_hold, lift_hold
from creators.services.privacy.processing import retry_request
from migration.admin.reasons import ReasonForm, render_action_form
from veri.platform.ops.admin.read_only import CappedPaginator, ReadOnlyAdmin
from veri.platform.ops.privacy import OnErase, list_data


def _show(value: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(value, indent=1, ensure_ascii=False))


@admin.register(PrivacyRequest)
class PrivacyRequestAdmin(ReadOnlyAdmin):
    list_display = ("id", "kind", "state", "whom", "source", "asked_at", "due_at", "finished_at", "waits_for")
    list_filter = ("kind", "state", "source")
    search_fields = ("=user_key",)
    search_help_text = "The id of a user."
    ordering = ("-id",)
    fields = (
        *("kind", "state", "whom", "source", "asked_at", "due_at", "finished_at", "attempts", "waits_for"),
        *("shown_steps", "shown_holds", "shown_evidence", "removed_at", "file_size", "file_expires_at"),
    )
    readonly_fields = fields
    actions = ("retry_selected", "download_selected")

    @admin.display(description="About")
    def whom(self, request: PrivacyRequest) -> str:
        creators = ", ".join(str(key) for key in request.creator_keys) or "none"
        whole = f"user {request.user_key} with creators {creators}"
        return whole if request.is_whole_account else f"creator {creators} of user {request.user_key or 'nobody'}"

    @admin.display(description="Steps")
    def shown_steps(self, request: PrivacyRequest) -> SafeString:
        return _show(request.steps)

    @admin.display(description="Held by law")
    def shown_holds(self, request: PrivacyRequest) -> SafeString:
        return _show(request.held)

    @admin.display(description="What the sweep saw")
    def shown_evidence(self, request: PrivacyRequest) -> SafeString:
        return _show(request.evidence)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Tell whether the actions are offered; the rows themselves stay read-only."""
        return bool(request.user.has_perm("creators.change_privacyrequest"))

    def has_read_permission(self, request: HttpRequest) -> bool:
        """An export is its owner's; only a superuser may read one, with a reason."""
        return bool(request.user.is_superuser)

    @admin.action(description="Go on now", permissions=["operate"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[PrivacyRequest]) -> HttpResponse | None:
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="retry_selected",
                title="Go on with requests",
                consequences=[
                    "Steps that are left are taken within a minute; what was swept is swept again.",
                    "A request that needs a person goes on as soon as nothing unexpected is found.",
                ],
                submit="Go on",
            )
        reason, now = form.cleaned_data["reason"], timezone.now()
        keys = list(queryset.values_list("pk", flat=True))
        done = sum(retry_request(request_id=pk, acting_user=request.user, reason=reason, now=now) for pk in keys)
        self.message_user(request, f"{done} due now, {len(keys) - done} skipped: done.", messages.SUCCESS)
        return None

    @admin.action(description="Download the export of one", permissions=["read"])
    def download_selected(self, request: HttpRequest, queryset: QuerySet[PrivacyRequest]) -> HttpResponseBase | None:
        found, user = queryset.first(), request.user
        if found is None or queryset.count() != 1:
            self.message_user(request, "Choose one request.", messages.WARNING)
            return None
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="download_selected",
                title="Read somebody's export",
                consequences=["You read everything that is kept about a person; that you did stays known."],
                submit="Download",
                is_dangerous=True,
            )
        if not user.is_authenticated:
            raise PermissionDenied
        try:
            file = open_export(request=found, acting_user=user, now=timezone.now(), reason=form.cleaned_data["reason"])
        except ExportNotReady as error:
            self.message_user(request, str(error), messages.WARNING)
            return None
        return FileResponse(file, as_attachment=True, filename=f"export-{found.pk}.zip", content_type="application/zip")


class LegalHoldForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    held_models = forms.MultipleChoiceField(
        required=False,
        widget=UnfoldAdminSelectMultipleWidget,
        help_text="Nothing chosen holds everything.",
    )

    class Meta:
        model = LegalHold
        fields = ["user", "creator", "held_models", "until", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = sorted(one.model for one in list_data() if one.on_erase == OnErase.DELETE)
        for name in {"user", "creator"} & set(self.fields):  # a page to look at has neither
            self.fields[name].required = False  # one of both is asked for below
        field: Any = self.fields["held_models"]
        field.choices = [(name, name) for name in names]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("user")) == bool(cleaned.get("creator")):
            self.add_error("user", "Choose a user or a creator.")
        return cleaned


@admin.register(LegalHold)
class LegalHoldAdmin(ModelAdmin):
    """Placed with a reason and an end, lifted with a reason; never edited."""

    form = LegalHoldForm
    list_display = ("id", "user_key", "creator_key", "held_models", "reason", "until", "placed_at", "lifted_at")
    list_filter = ("lifted_at",)
    raw_id_fields = ("user", "creator")
    ordering = ("-id",)
    actions = ("lift_selected",)
    paginator = CappedPaginator
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: LegalHold | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: LegalHold | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: LegalHold, form: Any, change: Any) -> None:
        user: Any = request.user
        insert_hold(hold=obj, acting_user=user, now=timezone.now())

    @admin.action(description="Lift", permissions=["change"])
    def lift_selected(self, request: HttpRequest, queryset: QuerySet[LegalHold]) -> HttpResponse | None:
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="lift_selected",
                title="Lift legal holds",
                consequences=["Erasures they held go on, and what they kept is deleted."],
                submit="Lift",
                is_dangerous=True,
            )
        user: Any = request.user
        reason, now = form.cleaned_data["reason"], timezone.now()
        done = [lift_hold(hold=one, acting_user=user, reason=reason, now=now) for one in queryset]
        self.message_user(request, f"{sum(done)} lifted, {len(done) - sum(done)} skipped.", messages.SUCCESS)
        return None


@admin.register(ErasedSubject)
class ErasedSubjectAdmin(ReadOnlyAdmin):
    list_display = ("digest", "erased_at")
    ordering = ("-id",)
