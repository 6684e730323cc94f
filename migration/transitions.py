"""The one table of transitions: from which stage to which, behind which guards, by whose leave."""

from dataclasses import dataclass

from migration.enums import COPIED_STAGES, LADDER, READ_STAGES, Guard, Stage
from migration.errors import StageConflict

OPERATE = "migration.operate_dataset"
CUT_OVER = "migration.cut_over_dataset"
ROLL_BACK = "migration.roll_back_dataset"
ARCHIVE = "migration.archive_dataset"

_RELAY_HOLDS = (Guard.TRIGGERS, Guard.LAG, Guard.DEAD_LETTERS)
_PROVEN = (*_RELAY_HOLDS, Guard.DEEP_PASS, Guard.MISMATCHES)
_SHADOWED = (*_PROVEN, Guard.SHADOW, Guard.LATENCY, Guard.INDEXES)
_READABLE = (*_PROVEN, Guard.READS, Guard.WRITES)


@dataclass(frozen=True, kw_only=True)
class Transition:
    """A step a dataset may take. ``permission`` is what an account needs to ask for it."""

    source: Stage
    target: Stage
    guards: tuple[Guard, ...] = ()
    permission: str = OPERATE


_CLIMB = (
    Transition(source=Stage.OFF, target=Stage.CAPTURE, guards=(Guard.USE_MONGO,)),
    Transition(source=Stage.CAPTURE, target=Stage.BACKFILL, guards=(Guard.USE_MONGO, Guard.PREFLIGHT, Guard.SETTLED)),
    Transition(source=Stage.BACKFILL, target=Stage.CATCHUP, guards=(Guard.BACKFILL,)),
    Transition(source=Stage.CATCHUP, target=Stage.VERIFY, guards=_RELAY_HOLDS),
    Transition(source=Stage.VERIFY, target=Stage.SHADOW, guards=_PROVEN),
    Transition(source=Stage.SHADOW, target=Stage.CANARY, guards=_SHADOWED, permission=CUT_OVER),
    Transition(
        source=Stage.CANARY,
        target=Stage.CUTOVER,
        guards=(*_SHADOWED, Guard.READS, Guard.WRITES, Guard.ROLLOUT, Guard.DUAL_WRITE, Guard.BACKUP),
        permission=CUT_OVER,
    ),
    Transition(source=Stage.CUTOVER, target=Stage.SOAK, guards=_READABLE, permission=CUT_OVER),
    Transition(source=Stage.SOAK, target=Stage.DONE, guards=(*_READABLE, Guard.SOAK), permission=CUT_OVER),
)
# A dataset whose reads are not on MongoDB may be copied again; one that was rolled back may be proven again.
_AGAIN = (
    *(
        Transition(source=stage, target=Stage.BACKFILL, guards=(Guard.USE_MONGO, Guard.PREFLIGHT, Guard.SETTLED))
        for stage in (*sorted(COPIED_STAGES - READ_STAGES), Stage.ROLLED_BACK)
    ),
    Transition(source=Stage.ROLLED_BACK, target=Stage.VERIFY, guards=(Guard.BACKFILL, *_RELAY_HOLDS)),
)
_ASIDE = (
    *(Transition(source=stage, target=Stage.PAUSED) for stage in LADDER[1:]),
    *(Transition(source=Stage.PAUSED, target=stage, guards=(Guard.USE_MONGO,)) for stage in LADDER[1:]),
    *(
        Transition(source=stage, target=Stage.ROLLED_BACK, permission=ROLL_BACK)
        for stage in (*LADDER[1:], Stage.PAUSED)
    ),
    *(
        Transition(source=stage, target=Stage.OFF, permission=CUT_OVER)
        for stage in (*LADDER[1:], Stage.PAUSED, Stage.ROLLED_BACK)
    ),
)
TRANSITIONS: dict[tuple[Stage, Stage], Transition] = {
    (one.source, one.target): one for one in (*_CLIMB, *_AGAIN, *_ASIDE)
}


def find_transition(*, name: str, source: Stage, target: Stage) -> Transition:
    """Return the transition between two stages.

    Raises:
        StageConflict: when the table has none; names what is possible instead.
    """
    found = TRANSITIONS.get((source, target))
    if found is None:
        possible = ", ".join(end.label.lower() for start, end in TRANSITIONS if start == source)
        raise StageConflict(
            f"{name} is {source.label.lower()}; {target.label.lower()} is not possible from there."
            f" Possible: {possible}."
        )
    return found


def find_next(stage: Stage) -> Transition | None:
    """Return the step up from a stage of the ladder; None at its end and aside from it."""
    return next((one for one in _CLIMB if one.source == stage), None)
