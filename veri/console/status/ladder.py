"""Where a dataset stands on the ladder, and which store its reads come from."""

from dataclasses import dataclass

from migration.enums import COPIED_STAGES, LADDER, LIVE_STAGES, Flag, Stage
from migration.models import Dataset
from migration.queries.flags import is_flag_on
from migration.queries.parity_health import Colour, ParityHealth

HEALTH_TONES = {Colour.GREEN: "good", Colour.AMBER: "warn", Colour.RED: "bad"}
ASIDE_TONES = {Stage.OFF: "quiet", Stage.PAUSED: "warn", Stage.ROLLED_BACK: "bad"}


@dataclass(frozen=True, kw_only=True)
class StageMark:
    """One rung; ``is_left`` marks the rung a dataset that was set aside had reached."""

    label: str
    is_past: bool
    is_current: bool
    is_left: bool


def mark_ladder(dataset: Dataset) -> list[StageMark]:
    """Return the rungs; of a dataset that was paused or rolled back none is current."""
    reached = LADDER.index(dataset.reached)
    is_aside = dataset.stage not in LADDER
    return [
        StageMark(
            label=stage.label,
            is_past=position < reached and dataset.stage != Stage.ROLLED_BACK,
            is_current=position == reached and not is_aside,
            is_left=position == reached and is_aside,
        )
        for position, stage in enumerate(LADDER)
    ]


def say_stage(dataset: Dataset) -> str:
    """Return the stage and, of one set aside, from where."""
    stage = str(dataset.get_stage_display())
    return f"{stage}, was {dataset.reached.label.lower()}" if dataset.came_from else stage


def choose_stage_tone(dataset: Dataset, health: ParityHealth) -> str:
    """Return a colour: nothing that is not proven is green."""
    if dataset.stage in ASIDE_TONES:
        return ASIDE_TONES[Stage(dataset.stage)]
    if dataset.stage in COPIED_STAGES and dataset.stage != Stage.CATCHUP:
        return HEALTH_TONES[health.colour]
    return "info"


def say_reads(dataset: Dataset) -> str:
    """Return where reads come from, as flags and route decide together."""
    if dataset.stage not in (Stage.CANARY, *LIVE_STAGES):
        return "PostgreSQL"
    if not is_flag_on(Flag.READ_FROM_MONGO):
        return "PostgreSQL: READ_FROM_MONGO is off"
    if dataset.stage in LIVE_STAGES:
        return f"MongoDB, but for {len(dataset.denied)} creators" if dataset.denied else "MongoDB"
    always = f" and {len(dataset.allowed)} by name" if dataset.allowed else ""
    return f"MongoDB for {dataset.read_percent} % of the creators{always}"
