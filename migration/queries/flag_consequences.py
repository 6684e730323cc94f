"""What switching a flag will do, said before it is done."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings

from migration.enums import COPIED_STAGES, FLAG_EFFECTS, FLAG_NEEDS, READ_STAGES, Flag, Stage
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
    return _describe_start(now) if is_on else _describe_rest(now)


def _describe_start(now: datetime) -> list[str]:
    waiting = get_outbox_status(now=now).depth
    goes_on = _list_names(set(Stage) - {Stage.OFF})
    return [
        f"Capture starts on {_join(_list_names({Stage.OFF}))}: from then on every write reaches the outbox.",
        "Rows written before need a backfill; until a dataset has climbed, its reads stay on PostgreSQL.",
        *([f"{_join(goes_on)} went on being captured: the relay brings {waiting:,} changes first."] if goes_on else []),
    ]


def _describe_rest(now: datetime) -> list[str]:
    """Say what becomes of datasets that were copied, of those that were not, and of the outbox."""
    waiting = get_outbox_status(now=now)
    kept, dropped = _list_names(set(Stage) - {Stage.OFF, Stage.CAPTURE}), _list_names({Stage.CAPTURE})
    sentences = [
        "The relay rests. All reads come from PostgreSQL within two seconds: it has every write.",
        f"{waiting.depth:,} changes wait in the outbox and {waiting.quarantined:,} in quarantine.",
    ]
    if kept:
        limit = f"{settings.MIGRATION.outbox_limit:,.0f}"
        sentences += [
            f"What was copied goes on being captured, up to {limit} waiting changes a dataset: {_join(kept)}.",
            "Switched on before that, the relay brings what waits: nothing is lost and nothing is copied again.",
            "At that limit a dataset returns to Off, its outbox is emptied and a new backfill will be needed.",
        ]
    if dropped:
        sentences.append(f"Not copied yet, so back to Off at once, with what waits dropped: {_join(dropped)}.")
    return sentences


def _describe_reads(*, is_on: bool) -> list[str]:
    listed = _join(_list_names(READ_STAGES))
    if is_on:
        return [f"Datasets whose route lets reads go to MongoDB now: {listed}."]
    ready = _join(_list_names(COPIED_STAGES - READ_STAGES))
    return [
        f"All reads return to PostgreSQL within two seconds: {listed}.",
        f"Capture, relay and stages stay as they are; nothing changes for {ready}.",
    ]


def _list_names(stages: Collection[Stage]) -> list[str]:
    return list(Dataset.objects.filter(stage__in=stages).order_by("pk").values_list("name", flat=True))


def _join(names: list[str]) -> str:
    return ", ".join(names) if names else "none"


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
