"""Every step, in the order and the groups in which pages offer them."""

from typing import Any

from django.urls import reverse

from migration.enums import ParityState, Stage
from veri.console.steps.archives import WriteArchive
from veri.console.steps.aside import Pause, Resume, RollBack, Stop
from veri.console.steps.canary import CancelRollout, PlanRollout, SetCanary
from veri.console.steps.climbing import Force, Promote, Start
from veri.console.steps.copying import Backfill, RunPreflight, Throttle
from veri.console.steps.proving import RepairMismatches, Verify
from veri.console.steps.situation import Situation
from veri.console.steps.step import Button, Step, explain_missing_permissions

GROUPS: dict[str, tuple[Step, ...]] = {
    "Climb": (Promote(), Start(), RunPreflight(), Backfill(), Verify(), RepairMismatches(), Throttle()),
    "Reads": (PlanRollout(), CancelRollout(), SetCanary()),
    "Back": (RollBack(), Pause(), Resume(), Stop()),
    "Afterwards": (WriteArchive(),),
    "Despite guards": (Force(),),
}
STEPS: dict[str, Step] = {step.name: step for steps in GROUPS.values() for step in steps}
MAIN = {
    Stage.OFF: "start",
    Stage.CAPTURE: "backfill",
    Stage.BACKFILL: "backfill",
    Stage.PAUSED: "resume",
    Stage.DONE: "archive",
}


def build_button(step: Step, *, at: Situation, user: Any) -> Button:
    """Return a step's button; a missing permission is named before anything else."""
    return Button(
        step=step.name,
        label=step.get_label(at),
        hint=step.hint,
        url=reverse("admin:dataset_step", args=[at.dataset.name, step.name]),
        blocked=explain_missing_permissions(step, at=at, user=user) or step.explain_blocked(at),
        is_dangerous=step.is_dangerous,
        is_quick=step.is_quick,
    )


def list_buttons(*, at: Situation, user: Any) -> dict[str, list[Button]]:
    """Return every step in its group."""
    return {group: [build_button(step, at=at, user=user) for step in steps] for group, steps in GROUPS.items()}


def find_main_button(*, at: Situation, user: Any) -> Button:
    """Return the step an operator most probably takes next."""
    name = MAIN.get(Stage(at.dataset.stage), "promote")
    is_proven = at.status.parity is not None and at.status.parity.state == ParityState.CLEAN
    if at.dataset.stage == Stage.VERIFY and not is_proven:
        name = "repair" if at.repairable_runs else "verify"
    return build_button(STEPS[name], at=at, user=user)
