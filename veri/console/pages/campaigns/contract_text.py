"""Write a new version of a contract text."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextareaWidget

from billing.campaign_errors import InvalidTerms
from billing.contract_text import LONGEST_BODY, STANDARD_VARIABLES, check_template
from billing.models import ContractTemplate, ContractTemplateVersion
from migration.admin.reasons import ReasonForm
from veri.console.rendering import render_page, require_permission

WRITE = "billing.add_contracttemplateversion"


class TextForm(ReasonForm):
    body = forms.CharField(
        max_length=LONGEST_BODY, label="Text", widget=UnfoldAdminTextareaWidget(attrs={"rows": 28}),
        help_text="Places like {fee}. Every contract knows: " + ", ".join(STANDARD_VARIABLES) + ".",
    )  # fmt: skip
    variables = forms.JSONField(
        required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text='What the text needs besides, by type: {"law": "text", "answer_on": "date", "copies": "number"}.',
    )  # fmt: skip
    field_order = ("body", "variables", "reason")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "body" in cleaned and "variables" in cleaned:
            cleaned["variables"] = cleaned["variables"] or {}
            try:
                check_template(body=cleaned["body"], variables=cleaned["variables"])
            except InvalidTerms as error:
                for path, problem in error.problems.items():
                    self.add_error("body" if path == "body" else "variables", f"{path}: {problem}")
        return cleaned


@require_permission(WRITE)
def write_contract_text(request: HttpRequest, template_id: int) -> HttpResponse:
    from billing.services.contracts.templates import add_template_version  # services load only for the action

    template = ContractTemplate.objects.filter(pk=template_id).first()
    if template is None:
        raise Http404
    latest = ContractTemplateVersion.objects.filter(template=template).order_by("-number").first()
    start = {"body": latest.body, "variables": latest.variables} if latest else {}
    form = TextForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_valid():
        user: Any = request.user
        version = add_template_version(template=template, acting_user=user, now=timezone.now(), **form.cleaned_data)
        messages.success(request, f"Version {version.number} holds for contracts sent from now on.")
        return HttpResponseRedirect(reverse("admin:billing_contracttemplate_changelist"))
    return render_page(
        request,
        "console/confirm.html",
        title=f"Contract text: {template.name}",
        form=form,
        consequences=["Contracts sent from now on take this version.", "What was sent or signed stays as it is."],
        submit="Keep as a new version",
        cancel_url=reverse("admin:billing_contracttemplate_changelist"),
    )
