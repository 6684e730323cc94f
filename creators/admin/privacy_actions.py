"""Ask for somebody's export or erasure from a list in the console: for people who write instead of signing in."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from creators.enums import PrivacySource
from creators.errors import PrivacyRequestOpen
from creators.models import Creator, PrivacyRequest, User
from creators.services.privacy.requests import request_erasure, request_export
from migration.admin.reasons import ReasonForm, render_action_form

Ask = Callable[..., PrivacyRequest]
_EXPORTED = ["One archive is made of everything kept about this person, for the account's owner to download."]
_ERASED = [
    "At once nobody can sign in, nothing is found or read any longer, and consents are withdrawn.",
    "Everything is deleted from every store but what is listed as retained. It cannot be taken back.",
]


class NamedForm(ReasonForm):
    """An erasure is confirmed by typing whom it is about."""

    name = forms.CharField(max_length=150, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}))
    field_order = ("name", "reason")

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["name"].help_text = f"Type {expected}."

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if name != self.expected:
            raise forms.ValidationError(f"This is not {self.expected}.")
        return name


def ask_for_export(admin: ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
    """Ask for the reason, then for the export of the one chosen."""
    chosen = _choose_one(admin, request, rows)
    if chosen is None:
        return None
    if _find_user(chosen) is None:
        admin.message_user(request, "Nobody could download it: this creator has no owner.", messages.WARNING)
        return None
    form = ReasonForm(request.POST if "confirmed" in request.POST else None)
    if form.is_valid():
        _carry_out(admin, request, chosen, form, request_export)
        return None
    return render_action_form(
        admin=admin,
        request=request,
        rows=rows,
        form=form,
        action="export_person",
        title=f"Export what is kept about {chosen}",
        consequences=_EXPORTED,
        submit="Ask for the export",
    )


def ask_for_erasure(admin: ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
    """Ask for the name and the reason, then for the erasure of the one chosen; nobody erases himself here."""
    chosen = _choose_one(admin, request, rows)
    if chosen is None:
        return None
    if chosen == request.user:
        admin.message_user(request, "Another member of staff has to do this for you.", messages.WARNING)
        return None
    expected = chosen.handle if isinstance(chosen, Creator) else chosen.get_username()
    form = NamedForm(request.POST if "confirmed" in request.POST else None, expected=expected)
    if form.is_valid():
        _carry_out(admin, request, chosen, form, request_erasure)
        return None
    return render_action_form(
        admin=admin,
        request=request,
        rows=rows,
        form=form,
        action="erase_person",
        title=f"Erase {chosen}",
        consequences=_ERASED,
        submit="Erase",
        is_dangerous=True,
    )


def may_ask(request: HttpRequest) -> bool:
    """Tell whether somebody may ask for others' exports and erasures."""
    return bool(request.user.has_perm("creators.add_privacyrequest"))


def _choose_one(admin: ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any]) -> Creator | User | None:
    found: list[Creator | User] = list(rows[:2])
    if len(found) != 1:
        admin.message_user(request, "Choose one.", messages.WARNING)
        return None
    return found[0]


def _find_user(chosen: Creator | User) -> User | None:
    return chosen if isinstance(chosen, User) else chosen.owner


def _carry_out(
    admin: ModelAdmin[Any], request: HttpRequest, chosen: Creator | User, form: ReasonForm, ask: Ask
) -> None:
    try:
        asked = ask(
            user=_find_user(chosen),
            creator=chosen if isinstance(chosen, Creator) else None,
            acting_user=request.user,
            source=PrivacySource.CONSOLE,
            now=timezone.now(),
            reason=form.cleaned_data["reason"],
        )
    except PrivacyRequestOpen as error:
        admin.message_user(request, str(error), messages.WARNING)
    else:
        admin.message_user(request, f"Request {asked.pk} is under way.", messages.SUCCESS)
