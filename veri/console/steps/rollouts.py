"""What a rollout plan will do, said before it is written; of datasets and of flags alike."""

from collections.abc import Sequence

from migration.services.rollouts import PlannedStep
from veri.console.formats import format_instant
from veri.console.steps.step import Preview


def list_plan_consequences(steps: Sequence[PlannedStep], *, is_replacing: bool) -> list[str]:
    guards = dict.fromkeys(guard.label for step in steps for guard in step.guards)
    return [
        *(["It replaces the open plan."] if is_replacing else []),
        f"The clock takes a step once its date has come, and only while its guards hold: {'; '.join(guards)}.",
        "A step that is held says why; it is taken as soon as its guards hold.",
    ]


def preview_steps(steps: Sequence[PlannedStep]) -> Preview:
    """Return exactly which steps would be written."""
    return Preview(
        caption=f"{len(steps)} steps",
        heads=("Reaches", "Not before (UTC)"),
        rows=[(f"{one.percent} % of the creators", format_instant(one.not_before)) for one in steps],
        empty="No step.",
    )
