"""The flags as a table: state, last change, and whether the switch may be used."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from migration.enums import FLAG_EFFECTS, Flag
from migration.models import FeatureFlag
from migration.queries.flags import FlagState, list_flag_states
from veri.console.rendering import explain_missing

PERMISSION = "migration.change_featureflag"


@dataclass(frozen=True, kw_only=True)
class FlagRow:
    """A flag, what it does, its last change (None while the default applies) and its one switch."""

    state: FlagState
    label: str
    effect: str
    change: FeatureFlag | None
    turns_on: bool
    switch_url: str
    blocked: str

    @property
    def is_wanted_in_vain(self) -> bool:
        """Tell whether somebody wants it on and something keeps it off."""
        return not self.turns_on and not self.state.is_effective


def list_flag_rows(request: HttpRequest) -> list[FlagRow]:
    """Return all flags with their switches, as this user may use them: two queries."""
    changes = {change.name: change for change in FeatureFlag.objects.all()}
    missing = explain_missing(request, PERMISSION)
    return [_describe(state, changes.get(state.name), missing) for state in list_flag_states()]


def is_wanted(state: FlagState) -> bool:
    """Return what is stored, or the default while nothing is."""
    return state.default if state.stored is None else state.stored


def explain_blocked_switch(state: FlagState, *, turns_on: bool) -> str:
    """Return why a flag cannot be switched this way now, as the service would say it."""
    if not turns_on or not state.blocked_by:
        return ""
    if state.is_forced_off:
        return "Kept off by FLAGS_FORCED_OFF: change the environment and restart."
    return f"Needs {state.needs}, which is off: switch that on first."


def _describe(state: FlagState, change: FeatureFlag | None, missing: str) -> FlagRow:
    turns_on = not is_wanted(state)
    value = "on" if turns_on else "off"
    return FlagRow(
        state=state,
        label=Flag(state.name).label,
        effect=FLAG_EFFECTS[state.name],
        change=change,
        turns_on=turns_on,
        switch_url=reverse("admin:flag_switch", args=[state.name, value]),
        blocked=missing or explain_blocked_switch(state, turns_on=turns_on),
    )
