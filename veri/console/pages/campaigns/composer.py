"""The composer of workflow templates: stages, tasks and reminders in rows, errors at their fields, a preview."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from billing.campaign_enums import CollaborationState, Side
from billing.campaign_errors import InvalidTerms
from billing.models import WorkflowTemplate, WorkflowVersion
from billing.workflow_definition import MOST_PER_STAGE, MOST_STAGES, NAMED_GUARDS, check_definition
from migration.admin.reasons import ReasonForm
from veri.console.rendering import render_page, require_permission

COMPOSE = "billing.add_workflowversion"
DAYS = ("offer_days", "review_days", "revision_rounds", "release_days")
_STATES = [("", "—"), *CollaborationState.choices]
_SIDES = [("", "—"), *Side.choices[:3]]
_MOST_ROWS = MOST_STAGES * MOST_PER_STAGE


class DaysForm(forms.Form):
    offer_days = forms.IntegerField(help_text="An offer stands for so many days, if it does not say otherwise.")
    review_days = forms.IntegerField(help_text="What nobody reviewed by then is approved by itself.")
    revision_rounds = forms.IntegerField(help_text="Rounds of changes for each deliverable.")
    release_days = forms.IntegerField(help_text="A verified milestone is released so many days later.")


class StageForm(forms.Form):
    state = forms.ChoiceField(choices=_STATES)
    title = forms.CharField()
    guards = forms.MultipleChoiceField(choices=[(one.value, one.label) for one in NAMED_GUARDS], required=False)


class TaskForm(forms.Form):
    stage = forms.ChoiceField(choices=_STATES)
    key = forms.CharField()
    title = forms.CharField()
    side = forms.ChoiceField(choices=_SIDES)
    due_days = forms.IntegerField()
    is_blocking = forms.BooleanField(required=False)


class ReminderForm(forms.Form):
    stage = forms.ChoiceField(choices=_STATES)
    key = forms.CharField()
    side = forms.ChoiceField(choices=_SIDES)
    after_days = forms.IntegerField()
    text = forms.CharField()


def _make(form: type[forms.Form], prefix: str) -> Any:
    made = forms.formset_factory(form, extra=2, can_delete=True, max_num=_MOST_ROWS, absolute_max=_MOST_ROWS)
    return made, prefix


_SETS = (_make(StageForm, "stages"), _make(TaskForm, "tasks"), _make(ReminderForm, "reminders"))


@require_permission(COMPOSE)
def compose_workflow(request: HttpRequest, template_id: int) -> HttpResponse:
    """Show a template's latest version in rows; keep what is posted as a new one, or only show what it would be."""
    template = WorkflowTemplate.objects.filter(pk=template_id).first()
    if template is None:
        raise Http404
    latest = WorkflowVersion.objects.filter(template=template).order_by("-number").first()
    given = request.POST if request.method == "POST" else None
    start = _lay_out(latest.definition if latest else {"stages": []})
    days = DaysForm(given, initial=start["days"])
    sets = [made(given, prefix=prefix, initial=None if given else start[prefix]) for made, prefix in _SETS]
    reason = ReasonForm(given if given is not None and "save" in given else None)
    definition = _read(days, sets) if given is not None else None
    if definition is not None and given is not None and "save" in given and reason.is_valid():
        return _keep(request, template, definition, reason.cleaned_data["reason"])
    return render_page(
        request,
        "console/campaigns/composer.html",
        title=f"Workflow: {template.name}",
        workflow=template,
        latest=latest,
        days=days,
        sets=[(one.prefix.capitalize(), one) for one in sets],
        reason=reason,
        preview=check_definition(definition) if definition is not None else None,
        running=template.versions.filter(campaigns__state="briefed").distinct().count(),
    )


def _lay_out(definition: dict[str, Any]) -> dict[str, Any]:
    """Return a definition as rows of the three tables."""
    stages = definition.get("stages", [])
    rows = {
        kind: [{**one, "stage": stage["state"]} for stage in stages for one in stage.get(kind, [])]
        for kind in ("tasks", "reminders")
    }
    own = [{name: stage.get(name, []) for name in ("state", "title", "guards")} for stage in stages]
    defaults = {"offer_days": 7, "review_days": 5, "revision_rounds": 2, "release_days": 3}
    return {**rows, "stages": own, "days": {name: definition.get(name, defaults[name]) for name in DAYS}}


def _read(days: DaysForm, sets: list[Any]) -> dict[str, Any] | None:
    """Return the definition that the rows make, or None; what is wrong stands at its field."""
    if not all([days.is_valid(), *(one.is_valid() for one in sets)]):
        return None
    stages, tasks, reminders = ([one for one in rows if _is_filled(one)] for rows in sets)
    places: dict[str, tuple[forms.Form, str]] = {name: (days, name) for name in DAYS}
    built = [_build_stage(place, form, tasks, reminders, places) for place, form in enumerate(stages)]
    known = {form.cleaned_data["state"] for form in stages}
    homeless = [form for form in (*tasks, *reminders) if form.cleaned_data["stage"] not in known]
    for form in homeless:
        form.add_error("stage", "Add this stage first.")
    definition = {**days.cleaned_data, "stages": built}
    try:
        check_definition(definition)
    except InvalidTerms as error:
        for path, problem in error.problems.items():
            form, name = places.get(path, (days, "offer_days"))
            form.add_error(name if name in form.fields else None, problem if path in places else f"{path}: {problem}")
        return None
    return None if homeless else definition


def _build_stage(
    place: int, form: Any, tasks: list[Any], reminders: list[Any], places: dict[str, tuple[forms.Form, str]]
) -> dict[str, Any]:
    state, path = form.cleaned_data["state"], f"stages/{place}/"
    places |= {f"{path}{name}": (form, name) for name in ("state", "title", "guards")}
    stage: dict[str, Any] = {"state": state, "title": form.cleaned_data["title"]}
    if form.cleaned_data["guards"]:
        stage["guards"] = form.cleaned_data["guards"]
    for kind, rows in (("tasks", tasks), ("reminders", reminders)):
        mine = [one for one in rows if one.cleaned_data["stage"] == state]
        for number, one in enumerate(mine):
            places |= {f"{path}{kind}/{number}/{name}": (one, name) for name in one.fields}
        if mine:
            stage[kind] = [
                {name: value for name, value in one.cleaned_data.items() if name not in ("stage", "DELETE")}
                for one in mine
            ]
    return stage


def _is_filled(form: Any) -> bool:
    return bool(form.has_changed()) and not form.cleaned_data.get("DELETE")


def _keep(request: HttpRequest, template: WorkflowTemplate, definition: Any, reason: str) -> HttpResponse:
    from billing.services.workflows.templates import add_workflow_version  # services load only for the action

    user: Any = request.user
    version = add_workflow_version(
        template=template, definition=definition, acting_user=user, reason=reason, now=timezone.now()
    )
    messages.success(request, f"Version {version.number} holds for new campaigns; those that run keep theirs.")
    return HttpResponseRedirect(reverse("admin:workflow_composer", args=[template.pk]))
