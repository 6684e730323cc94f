"""The forms of the steps: a reason always, and the dataset's name typed out before reads are moved."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from migration.admin.reasons import ReasonForm


class TypedReasonForm(ReasonForm):
    typed_name = forms.CharField(label="Dataset", widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, expected: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        self.fields["typed_name"].help_text = f"Type {expected} to confirm."

    def clean_typed_name(self) -> str:
        typed = str(self.cleaned_data["typed_name"])
        if typed != self.expected:
            raise forms.ValidationError(f"This is not {self.expected}.")
        return typed


def build_form(*, step: str, dataset: str, data: Any) -> ReasonForm:
    return TypedReasonForm(data, expected=dataset) if step == "cut_over" else ReasonForm(data)
