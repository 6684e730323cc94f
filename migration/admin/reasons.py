"""Ask before acting: the form every operator action shows, with a required reason."""

from typing import Any

from django import forms
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminTextareaWidget

LONGEST_REASON = 500


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=LONGEST_REASON,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the audit trail.",
    )

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"])
        if "\0" in reason:
            raise forms.ValidationError("NUL characters are not allowed.")
        return reason


def render_action_form(
    *, admin: ModelAdmin[Any], request: HttpRequest, rows: QuerySet[Any], form: ReasonForm, action: str, **texts: Any
) -> TemplateResponse:
    """Return the page that asks for a reason before a list action; it posts the same action with ``confirmed``."""
    hidden = [
        ("action", action),
        ("confirmed", "yes"),
        *((ACTION_CHECKBOX_NAME, pk) for pk in rows.values_list("pk", flat=True)),
    ]
    context = {
        **admin.admin_site.each_context(request),
        "form": form,
        "hidden": hidden,
        "cancel_url": request.path,
        **texts,
    }
    return TemplateResponse(request, "console/confirm.html", context)
