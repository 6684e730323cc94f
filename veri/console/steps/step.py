"""What a step is: whose leave it needs, why it is not possible now, what it will do, and doing it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms

from migration.queries.guards import GuardReading
from migration.transitions import OPERATE
from veri.console.steps.forms import TypedReasonForm
from veri.console.steps.situation import Situation

Fact = tuple[str, object]


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a step touches, as a table."""

    caption: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    empty: str = "Nothing."


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a step will do, said before it is taken. ``token`` binds a confirmation to what was shown."""

    consequences: list[str]
    facts: list[Fact] = field(default_factory=list)
    preview: Preview | None = None
    readings: list[GuardReading] = field(default_factory=list)
    token: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an operator is told."""

    is_done: bool
    text: str


@dataclass(frozen=True, kw_only=True)
class Order:
    """A confirmed step: by whom, why, with which further values of the form."""

    at: Situation
    user: Any
    values: dict[str, Any]

    @property
    def name(self) -> str:
        return self.at.dataset.name

    @property
    def change(self) -> dict[str, Any]:
        """Return what every service asks for."""
        return {"name": self.name, "actor": self.user, "reason": self.values["reason"], "now": self.at.now}


@dataclass(frozen=True, kw_only=True)
class Button:
    """A step as it is offered; ``blocked`` says why it is disabled."""

    step: str
    label: str
    hint: str
    url: str
    blocked: str
    is_dangerous: bool
    is_quick: bool


class Step:
    """A step on one dataset. ``is_quick`` ones change nothing and are taken without being asked about."""

    name: ClassVar[str]
    label: ClassVar[str]
    hint: ClassVar[str]
    permission: ClassVar[str] = OPERATE
    is_dangerous: ClassVar[bool] = False
    is_quick: ClassVar[bool] = False
    needs_name: ClassVar[bool] = False
    is_for_all: ClassVar[bool] = False

    def get_label(self, _at: Situation) -> str:
        return self.label

    def list_permissions(self, _at: Situation) -> list[str]:
        """Return every permission the step needs now."""
        return [self.permission]

    def build_form(self, at: Situation, data: Any) -> forms.Form:
        return TypedReasonForm(data, expected=at.dataset.name if self.is_typed(at) else "")

    def is_typed(self, _at: Situation) -> bool:
        """Tell whether the dataset's name must be typed out."""
        return self.needs_name

    def explain_blocked(self, at: Situation) -> str:
        """Return why the step is not possible now; nothing when it is."""
        raise NotImplementedError

    def describe(self, at: Situation, form: forms.Form) -> Plan:
        """Return the plan of a step: a dry run where the service has one. ``form`` may hold no data yet."""
        raise NotImplementedError

    def carry_out(self, order: Order) -> Outcome:
        """Take the step.

        Raises:
            MigrationError: the service refused; nothing was changed.
        """
        raise NotImplementedError


def explain_missing_permissions(step: Step, *, at: Situation, user: Any) -> str:
    missing = [one for one in step.list_permissions(at) if not user.has_perm(one)]
    return f"Your account lacks the permission {missing[0]}." if missing else ""
