"""The second factor of who is signed in: enrolled, asked for after the password, and shown to be in force."""

import io
from typing import Any

import segno
from django import forms
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminTextInputWidget

from creators.errors import SecondFactorRefused
from creators.services.accounts.second_factors import begin_enrolment, confirm_enrolment, verify_second_factor
from creators.sign_in import mark_passed
from veri.console.rendering import render_page

TITLE = "Second factor"


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=64,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
        ),
        help_text="Six digits from your authenticator, or a recovery code.",
    )


@never_cache
def show_second_factor(request: HttpRequest) -> HttpResponse:
    """Let staff in with the second half of their sign-in, or let them enrol it."""
    signed_in: Any = request.user if request.user.is_authenticated else None  # decides who is half signed in
    user: Any = signed_in or request.half_signed_in_user  # type: ignore[attr-defined]  # HalfSignedInMiddleware
    if user is None or not user.is_staff:
        return HttpResponseRedirect(reverse("admin:login"))
    if request.method == "POST" and "leave" in request.POST:
        logout(request)
        return HttpResponseRedirect(reverse("admin:login"))
    request.user = user  # for this page's own frame, which shows his name; every other page asks the session anew
    if user.has_second_factor:
        return _render(request, state="in force") if signed_in else _ask(request, user)
    return _enrol(request, user)


def _ask(request: HttpRequest, user: Any) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            verify_second_factor(user=user, code=form.cleaned_data["code"], now=timezone.now())
        except SecondFactorRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            mark_passed(user=user, session=request.session)
            return HttpResponseRedirect(reverse("admin:index"))
    return _render(request, state="asked", form=form)


def _enrol(request: HttpRequest, user: Any) -> HttpResponse:
    form = CodeForm(request.POST if request.method == "POST" else None)
    now = timezone.now()
    if form.is_valid():
        try:
            codes = confirm_enrolment(user=user, code=form.cleaned_data["code"], now=now)
        except SecondFactorRefused as refusal:
            form.add_error("code", str(refusal))
        else:
            mark_passed(user=user, session=request.session)
            return _render(request, state="enrolled", codes=codes)
    enrolment = begin_enrolment(user=user, now=now)
    return _render(request, state="enrolling", form=form, secret=enrolment.secret, drawing=_draw(enrolment.uri))


def _render(request: HttpRequest, **context: Any) -> HttpResponse:
    return render_page(request, "console/second_factor.html", title=TITLE, **context)


def _draw(uri: str) -> str:
    """Return the QR code as inline SVG, on white in the dark theme too; no other server sees the secret."""
    drawn = io.BytesIO()
    segno.make(uri, error="m").save(drawn, kind="svg", scale=4, light="#fff", xmldecl=False, svgns=True, nl=False)
    return mark_safe(drawn.getvalue().decode())  # noqa: S308  segno's own output; the uri is only drawn
