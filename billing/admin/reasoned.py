"""Actions on a list that ask for a reason first, call one service per row, and say what was done and skipped."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from billing.errors import BillingError
from migration.admin.reasons import ReasonForm, render_action_form

Act = Callable[[Any, str], Any]


def run_reasoned(
    *,
    admin: ModelAdmin[Any],
    request: HttpRequest,
    rows: QuerySet[Any],
    action: str,
    title: str,
    consequences: Sequence[str],
    act: Act,
    form_class: type[ReasonForm] = ReasonForm,
) -> HttpResponse | None:
    """Ask for a reason, then call ``act(row, reason)`` for each row; what is refused is skipped and said."""
    form = form_class(request.POST if "confirmed" in request.POST else None)
    if not form.is_valid():
        return render_action_form(
            admin=admin,
            request=request,
            rows=rows,
            form=form,
            action=action,
            title=title,
            consequences=list(consequences),
            submit=title,
        )
    done, refusals = 0, []
    for row in rows:
        try:
            act(row, form.cleaned_data["reason"])
            done += 1
        except BillingError as refusal:
            refusals.append(f"{row}: {refusal}")
    admin.message_user(
        request, f"{done} done, {len(refusals)} skipped.", messages.SUCCESS if done else messages.WARNING
    )
    for text in refusals[:5]:
        admin.message_user(request, text, messages.WARNING)
    return None
