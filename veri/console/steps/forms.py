"""The forms of the steps: a reason always, the dataset's name typed out where reads are moved for good."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from creators.models import Creator
from migration.admin.reasons import ReasonForm
from migration.enums import ParityMode, ParityTier

FASTEST = 10_000_000
FAST = "fast"
KINDS = (
    (ParityMode.FULL.value, "Every key, field by field"),
    (ParityMode.SAMPLE.value, "A random sample of 1,000 keys"),
    (ParityMode.RECENT.value, "What was written in the last 24 hours"),
    (ParityMode.SCOPE.value, "One creator"),
    (FAST, "Stored fingerprints only (quick; trusts the writers)"),
)


class TypedReasonForm(ReasonForm):
    """A reason and, where ``expected`` is not empty, that name typed out."""

    typed_name = forms.CharField(label="Dataset", widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, expected: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.expected = expected
        if expected:
            self.fields["typed_name"].help_text = f"Type {expected} to confirm."
        else:
            del self.fields["typed_name"]

    def clean_typed_name(self) -> str:
        typed = str(self.cleaned_data["typed_name"])
        if typed != self.expected:
            raise forms.ValidationError(f"This is not {self.expected}.")
        return typed


class ThrottleForm(ReasonForm):
    rows_per_second = forms.IntegerField(
        label="Rows a second",
        min_value=0,
        max_value=FASTEST,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text="For backfill and verification, from their next chunk on. 0 lifts the limit.",
    )
    field_order = ("rows_per_second", "reason")


class VerifyForm(ReasonForm):
    kind = forms.ChoiceField(label="Compare", choices=KINDS, widget=UnfoldAdminSelectWidget())
    creator = forms.CharField(
        required=False,
        label="Creator",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text="Handle or id; only for one creator.",
    )
    field_order = ("kind", "creator", "reason")

    def clean(self) -> dict[str, Any]:
        """Add tier, mode and scope as the verifier takes them."""
        values = super().clean() or self.cleaned_data
        kind = values.get("kind", FAST)
        scope = _find_creator(values.get("creator", "")) if kind == ParityMode.SCOPE else None
        tier, mode = (ParityTier.FAST, ParityMode.FULL) if kind == FAST else (ParityTier.DEEP, ParityMode(kind))
        return {**values, "tier": tier.value, "mode": mode.value, "scope": scope}


def _find_creator(text: str) -> int:
    words = text.strip().removeprefix("@")
    by_id = Creator.objects.filter(pk=int(words)) if words.isdecimal() and len(words) < 19 else Creator.objects.none()  # noqa: PLR2004  digits of a bigint
    found = (by_id or Creator.objects.filter(handle=words)).first() if words else None
    if found is None:
        raise forms.ValidationError({"creator": "Name a creator that exists." if words else "Name a creator."})
    return int(found.pk)
