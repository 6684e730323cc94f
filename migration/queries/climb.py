"""A dataset's next step up, with its guards as they are now."""

from dataclasses import dataclass
from datetime import datetime

from migration.enums import Guard, Stage
from migration.models import Dataset
from migration.queries.guards import GuardReading, read_guards
from migration.transitions import TRANSITIONS, find_next


@dataclass(frozen=True, kw_only=True)
class NextStep:
    """Where a dataset may go next; ``target`` is None at the end of the ladder and while it is paused."""

    target: Stage | None
    permission: str
    readings: list[GuardReading]

    @property
    def is_open(self) -> bool:
        return self.target is not None and all(one.is_ok for one in self.readings)

    @property
    def obstacle(self) -> str:
        """Return the first guard that does not hold, in words."""
        return next((f"{one}. {one.finding.remedy}" for one in self.readings if not one.is_ok), "")


def get_next_step(*, dataset: Dataset, now: datetime) -> NextStep:
    """Return the step up from a dataset's stage, its guards read now.

    A preflight that was not run lately counts as not held here; the step itself runs it.
    """
    if dataset.stage == Stage.ROLLED_BACK:
        step = TRANSITIONS[(Stage.ROLLED_BACK, Stage.VERIFY)]
    else:
        found = find_next(Stage(dataset.stage))
        if found is None:
            return NextStep(target=None, permission="", readings=[])
        step = found
    guards = [one for one in step.guards if one != Guard.PREFLIGHT or dataset.stage == Stage.CAPTURE]
    readings = read_guards(dataset=dataset, guards=guards, now=now)
    return NextStep(target=step.target, permission=step.permission, readings=readings)
