"""The handle desk: reserved words, holds, handles that were given up, and handles that look alike."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from creators.handle_keys import compute_key
from creators.models import FormerHandle, HandleHold, ReservedHandle
from creators.services.handles.holds import release_hold
from creators.services.handles.reserved import insert_reserved_word, set_reserved
from creators.services.handles.unblocking import end_block
from migration.admin.reasons import ReasonForm, render_action_form
from veri.platform.ops.admin.read_only import CappedPaginator, ReadOnlyAdmin


class ReservedHandleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    class Meta:
        model = ReservedHandle
        fields = ["word", "kind", "reason"]
        widgets = {"word": UnfoldAdminTextInputWidget, "reason": UnfoldAdminTextInputWidget}

    def clean_word(self) -> str:
        word = str(self.cleaned_data["word"])
        key = compute_key(word)
        if not key:
            raise forms.ValidationError("Nothing is left of this word without its separators.")
        known = ReservedHandle.objects.filter(key=key).first()
        if known is not None:
            raise forms.ValidationError(f"It looks like {known.word}, which is in the list.")
        return word


@admin.register(ReservedHandle)
class ReservedHandleAdmin(ModelAdmin):
    """Words are added, freed and reserved again, with a reason; rows stay, since imports would bring them back."""

    form = ReservedHandleForm
    list_display = ("word", "kind", "is_active", "source", "reason", "added_at")
    list_filter = ("kind", "is_active", "source")
    search_fields = ("word", "key")
    ordering = ("word",)
    actions = ("free_selected", "reserve_selected")
    paginator = CappedPaginator
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: ReservedHandle | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: ReservedHandle | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ReservedHandle, form: Any, change: Any) -> None:
        user: Any = request.user
        stored = insert_reserved_word(
            word=obj.word, kind=obj.kind, reason=obj.reason, acting_user=user, now=timezone.now()
        )
        obj.__dict__.update(stored.__dict__)

    @admin.action(description="Free these words", permissions=["change"])
    def free_selected(self, request: HttpRequest, queryset: QuerySet[ReservedHandle]) -> HttpResponse | None:
        return self._set(request, queryset, is_active=False)

    @admin.action(description="Reserve these words again", permissions=["change"])
    def reserve_selected(self, request: HttpRequest, queryset: QuerySet[ReservedHandle]) -> HttpResponse | None:
        return self._set(request, queryset, is_active=True)

    def _set(self, request: HttpRequest, queryset: QuerySet[ReservedHandle], *, is_active: bool) -> HttpResponse | None:
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            says = "Nobody can take them or what looks like them; who has one keeps it."
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="reserve_selected" if is_active else "free_selected",
                title="Reserve words" if is_active else "Free words",
                consequences=[says if is_active else "Anybody can take them from now on."],
                submit="Reserve" if is_active else "Free",
            )
        user: Any = request.user
        reason, now = form.cleaned_data["reason"], timezone.now()
        done = [
            set_reserved(reserved=one, is_active=is_active, acting_user=user, reason=reason, now=now)
            for one in queryset
        ]
        self.message_user(request, f"{sum(done)} changed, {len(done) - sum(done)} skipped.", messages.SUCCESS)
        return None


@admin.register(HandleHold)
class HandleHoldAdmin(ReadOnlyAdmin):
    list_display = ("handle", "user", "expires_at")
    list_select_related = ("user",)
    search_fields = ("handle",)
    ordering = ("expires_at",)
    actions = ("release_selected",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("creators.delete_handlehold"))

    @admin.action(description="Release", permissions=["operate"])
    def release_selected(self, request: HttpRequest, queryset: QuerySet[HandleHold]) -> HttpResponse | None:
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="release_selected",
                title="Release holds",
                consequences=["Anybody can take these handles from now on."],
                submit="Release",
            )
        user: Any = request.user
        reason, now = form.cleaned_data["reason"], timezone.now()
        done = [release_hold(hold=one, acting_user=user, reason=reason, now=now) for one in queryset]
        self.message_user(request, f"{sum(done)} released, {len(done) - sum(done)} skipped.", messages.SUCCESS)
        return None


@admin.register(FormerHandle)
class FormerHandleAdmin(ReadOnlyAdmin):
    list_display = ("handle", "creator", "released_at", "blocked_until")
    list_select_related = ("creator",)
    search_fields = ("handle", "=creator__handle")
    ordering = ("-released_at",)
    actions = ("end_selected",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("creators.change_formerhandle"))

    @admin.action(description="End the block", permissions=["operate"])
    def end_selected(self, request: HttpRequest, queryset: QuerySet[FormerHandle]) -> HttpResponse | None:
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="end_selected",
                title="End blocks of former handles",
                consequences=[
                    "Anybody can take these handles from now on; until then they lead to their creators as before."
                ],
                submit="End the block",
            )
        user: Any = request.user
        reason, now = form.cleaned_data["reason"], timezone.now()
        done = [end_block(former=one, acting_user=user, reason=reason, now=now) for one in queryset]
        self.message_user(request, f"{sum(done)} ended, {len(done) - sum(done)} skipped.", messages.SUCCESS)
        return None
