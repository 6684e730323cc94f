"""What switching a flag will do, said before it is done."""

from datetime import datetime

from migration.enums import FLAG_EFFECTS, FLAG_NEEDS, Flag, Stage
from migration.models import Dataset
from migration.queries.flags import FlagState, list_flag_states
from migration.queries.status import get_outbox_status


def list_flag_consequences(*, name: str, is_on: bool, now: datetime) -> list[str]:
    """Return one sentence for each thing that follows from switching a flag."""
    states = {state.name: state for state in list_flag_states()}
    own = FLAG_EFFECTS[name] if is_on else f"This ends: {FLAG_EFFECTS[name][0].lower()}{FLAG_EFFECTS[name][1:]}"
    return [own, *_describe_capture(name, is_on=is_on, now=now), *_describe_dependants(name, states, is_on=is_on)]


def _describe_capture(name: str, *, is_on: bool, now: datetime) -> list[str]:
    if name == Flag.READ_FROM_MONGO:
        return _describe_reads(is_on=is_on)
    if name != Flag.USE_MONGO:
        return []
    if is_on:
        off = Dataset.objects.filter(stage=Stage.OFF).count()
        return [
            f"Capture starts on {off} datasets: from then on every write reaches the outbox.",
            "Rows written before need a backfill; until parity is clean all reads stay on PostgreSQL.",
        ]
    waiting = get_outbox_status(now=now)
    return [
        "Every dataset returns to Off and its triggers write nothing.",
        f"The outbox is emptied: {waiting.depth} waiting and {waiting.quarantined} quarantined rows are dropped.",
        "All reads come from PostgreSQL, which has every write. MongoDB keeps what it has and grows stale.",
        "Switching it on again needs a new backfill and a new parity check of every dataset.",
    ]


def _describe_reads(*, is_on: bool) -> list[str]:
    names = list(Dataset.objects.filter(stage=Stage.CUTOVER).order_by("pk").values_list("name", flat=True))
    listed = ", ".join(names) if names else "none yet"
    return [f"Datasets that are cut over: {listed}."] if is_on else [f"Reads return to PostgreSQL at once: {listed}."]


def _describe_dependants(name: str, states: dict[str, FlagState], *, is_on: bool) -> list[str]:
    affected = [state for state in states.values() if _rests_on(state.name, name)]
    wanted = [state.name for state in affected if (state.default if state.stored is None else state.stored)]
    if not wanted:
        return []
    listed = ", ".join(wanted)
    if is_on:
        return [f"Stored as on, and effective again once their needs are met: {listed}."]
    return [f"These stay stored as on but read off: {listed}."]


def _rests_on(name: str, base: str) -> bool:
    need = FLAG_NEEDS.get(name)
    return need is not None and (need == base or _rests_on(need, base))
