"""People, their invites and second factors in the console."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from creators.admin.privacy_actions import ask_for_erasure, ask_for_export, may_ask
from creators.models import AccountProof, Invite, SecondFactor, User
from creators.services.accounts.invites import insert_invite, revoke_invite
from creators.services.accounts.second_factors import reset_second_factor
from migration.admin.reasons import ReasonForm, render_action_form
from veri.platform.ops.admin.read_only import CappedPaginator, ReadOnlyAdmin

admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(auth_admin.UserAdmin[User], ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = (
        "username",
        "email",
        "email_proven_at",
        "role",
        "is_staff",
        "has_second_factor",
        "is_active",
        "last_login",
    )
    list_filter = ("is_staff", "is_superuser", "is_active", "has_second_factor")
    actions = ("export_person", "erase_person")
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """A person is erased by a privacy request, which looks into every store; no form deletes his row alone."""
        return False

    def has_ask_permission(self, request: HttpRequest) -> bool:
        return may_ask(request)

    @admin.action(description="Export what is kept about one", permissions=["ask"])
    def export_person(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        return ask_for_export(self, request, queryset)

    @admin.action(description="Erase one", permissions=["ask"])
    def erase_person(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        return ask_for_erasure(self, request, queryset)


@admin.register(Group)
class GroupAdmin(auth_admin.GroupAdmin, ModelAdmin):
    pass


class InviteForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    reason = forms.CharField(
        max_length=500, widget=UnfoldAdminTextInputWidget, help_text="Why; kept in the audit trail."
    )

    class Meta:
        model = Invite
        fields = ["role", "quota", "expires_at"]


@admin.register(Invite)
class InviteAdmin(ModelAdmin):
    """Made here with a quota; the code is shown once. Never edited: revoked."""

    form = InviteForm
    list_display = ("id", "role", "used", "quota", "made_by", "made_at", "expires_at", "revoked_at")
    list_select_related = ("made_by",)
    list_filter = ("role", "revoked_at")
    ordering = ("-id",)
    actions = ("revoke_selected",)
    paginator = CappedPaginator
    show_full_result_count = False

    def has_change_permission(self, request: HttpRequest, obj: Invite | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Invite | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Invite, form: Any, change: Any) -> None:
        user: Any = request.user
        given = form.cleaned_data
        made = insert_invite(
            acting_user=user,
            role=given["role"],
            quota=given["quota"],
            expires_at=given["expires_at"],
            now=timezone.now(),
            reason=given["reason"],
        )
        obj.__dict__.update(made.invite.__dict__)
        self.message_user(request, f"Copy the code now, it is not shown again: {made.code}", messages.WARNING)

    @admin.action(description="Revoke", permissions=["change"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[Invite]) -> HttpResponse | None:
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="revoke_selected",
                title="Revoke invites",
                consequences=["Nobody can sign up with them any longer; accounts made with them stay."],
                submit="Revoke",
            )
        user: Any = request.user
        done = [
            revoke_invite(invite=one, acting_user=user, reason=form.cleaned_data["reason"], now=timezone.now())
            for one in queryset
        ]
        self.message_user(request, f"{sum(done)} revoked, {len(done) - sum(done)} skipped: revoked before.")
        return None


@admin.register(AccountProof)
class AccountProofAdmin(ReadOnlyAdmin):
    """What was mailed and not sent back yet; the secrets are known to the mails alone."""

    list_display = ("purpose", "email", "user", "made_at", "expires_at")
    list_select_related = ("user",)
    list_filter = ("purpose",)
    search_fields = ("=email",)
    exclude = ("password", "secret_hash")
    ordering = ("-id",)


@admin.register(SecondFactor)
class SecondFactorAdmin(ReadOnlyAdmin):
    list_display = ("user", "made_at", "confirmed_at")
    list_select_related = ("user",)
    search_fields = ("=user__username",)
    exclude = ("secret",)
    ordering = ("-made_at",)
    actions = ("reset_selected",)

    def has_reset_permission(self, request: HttpRequest) -> bool:
        """Only a superuser makes room for another authenticator."""
        return bool(request.user.is_superuser)

    @admin.action(description="Reset: the authenticator is lost", permissions=["reset"])
    def reset_selected(self, request: HttpRequest, queryset: QuerySet[SecondFactor]) -> HttpResponse | None:
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        if not form.is_valid():
            return render_action_form(
                admin=self,
                request=request,
                rows=queryset,
                form=form,
                action="reset_selected",
                title="Reset second factors",
                consequences=[
                    "The authenticator and its recovery codes are worth nothing; sign-in tokens end.",
                    "The next sign-in enrols a new one. Be sure who asks. Your own is reset by another superuser.",
                ],
                submit="Reset",
                is_dangerous=True,
            )
        user: Any = request.user
        others = [one.user for one in queryset.select_related("user") if one.user_id != user.pk]
        done = [
            reset_second_factor(user=one, acting_user=user, reason=form.cleaned_data["reason"], now=timezone.now())
            for one in others
        ]
        self.message_user(request, f"{sum(done)} reset, {len(queryset) - sum(done)} skipped.")
        return None
