"""Forms for percentages and rollout plans, of datasets and of flags."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from migration.admin.reasons import ReasonForm
from migration.errors import RolloutInvalid
from migration.queries.cohorts import ALL_PERCENT, COHORTS
from migration.services.rollouts import DEFAULT_PERCENTS, PlannedStep, require_share

LISTED = 1000
LARGEST_ID = 2**63 - 1
SHARE = ("percent", "allowed", "denied")
NO_COMPLETION = {"autocomplete": "off"}


class NumbersField(forms.CharField):
    """Whole numbers, separated by commas or blanks."""

    def __init__(self, *, largest: int, most: int, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminTextInputWidget(attrs=NO_COMPLETION), **kwargs)
        self.largest, self.most = largest, most

    def clean(self, value: Any) -> Any:
        words = str(super().clean(value) or "").replace(",", " ").split()
        if len(words) > self.most:
            raise forms.ValidationError(f"At most {self.most:,} numbers.")
        if not all(word.isdecimal() and len(word) <= len(str(self.largest)) for word in words):
            raise forms.ValidationError("Whole numbers, separated by commas.")
        numbers = [int(word) for word in words]
        if any(not 0 < number <= self.largest for number in numbers):
            raise forms.ValidationError(f"Numbers between 1 and {self.largest:,}.")
        return numbers


class ShareForm(ReasonForm):
    percent = forms.IntegerField(
        label="Percent of creators",
        min_value=0,
        max_value=ALL_PERCENT,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=f"Of {COHORTS} stable cohorts: a higher percentage keeps everybody a lower one reached.",
    )
    allowed = NumbersField(label="Always", required=False, largest=LARGEST_ID, most=LISTED, help_text="Creators' ids.")
    denied = NumbersField(
        label="Never", required=False, largest=LARGEST_ID, most=LISTED, help_text="Creators' ids; wins over all else."
    )
    field_order = ("percent", "allowed", "denied", "reason")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                require_share(percent=values["percent"], allowed=values["allowed"], denied=values["denied"])
            except RolloutInvalid as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return values

    def get_share(self) -> dict[str, Any]:
        """Return what was asked for; nothing before it is whole."""
        self.full_clean()
        found = {name: self.cleaned_data.get(name) for name in SHARE} if self.is_bound else {}
        return {} if None in found.values() or self.non_field_errors() else found


class RolloutForm(ReasonForm):
    percents = NumbersField(label="Steps, percent", largest=ALL_PERCENT, most=20, help_text="Rising, like 10, 25, 100.")
    start = forms.DateTimeField(
        required=False,
        label="First step not before (UTC)",
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "2026-01-31 09:00", **NO_COMPLETION}),
        help_text="Empty: at once.",
    )
    every_hours = forms.FloatField(
        label="Hours between steps",
        min_value=0,
        max_value=8760,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "any"}),
    )
    field_order = ("percents", "start", "every_hours", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {
            "percents": ", ".join(map(str, DEFAULT_PERCENTS)),
            "every_hours": f"{settings.MIGRATION.rollout_step_seconds / 3600:g}",
            **self.initial,
        }

    def clean_percents(self) -> list[int]:
        percents: list[int] = self.cleaned_data["percents"]
        if percents != sorted(set(percents)):
            raise forms.ValidationError("The percentages must rise.")
        return percents

    def get_values(self) -> dict[str, Any]:
        """Return the fields that are as they should be; none before anything was sent."""
        self.full_clean()
        return self.cleaned_data if self.is_bound else {}

    def list_steps(self, *, now: datetime) -> list[PlannedStep]:
        """Return the steps as they were asked for, or the default ones while nothing was."""
        return build_steps(self.get_values(), now=now)

    def build_token(self) -> str:
        """Return what tells these steps from others: a plan that was changed is shown before it is written."""
        values = self.get_values()
        percents = values.get("percents", list(DEFAULT_PERCENTS))
        return f"{percents}/{values.get('start') or 'now'}/{_get_hours(values):g}"


def build_steps(values: dict[str, Any], *, now: datetime) -> list[PlannedStep]:
    """Return the steps of a form's values; what is missing is as in the default plan."""
    begin, spacing = values.get("start") or now, timedelta(hours=_get_hours(values))
    percents: Sequence[int] = values.get("percents", DEFAULT_PERCENTS)
    return [PlannedStep(percent=one, not_before=begin + place * spacing) for place, one in enumerate(percents)]


def _get_hours(values: dict[str, Any]) -> float:
    hours = values.get("every_hours")
    return settings.MIGRATION.rollout_step_seconds / 3600 if hours is None else float(hours)
