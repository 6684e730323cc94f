"""What a workflow version may say: stages with tasks, reminders and guards, and the days that terms start from.

A definition is a JSON document, read strictly: what is unknown is refused, and each problem is named by its path.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from billing.campaign_enums import CollaborationState, Guard, Side
from billing.campaign_errors import InvalidTerms
from billing.campaign_transitions import TRANSITIONS

MOST_STAGES, MOST_PER_STAGE, MOST_OFFSET_DAYS = 22, 20, 365
LONGEST_TEXT = 500
_KEY = re.compile(r"[a-z0-9_]{1,40}\Z")
_PERSONS = (Side.BRAND.value, Side.CREATOR.value, Side.STAFF.value)
# Guards a template may add to a stage; the others are of one move alone.
NAMED_GUARDS = (Guard.BLOCKING_TASKS, Guard.NOT_DISPUTED, Guard.CREATOR_PRESENT, Guard.FUNDS_HELD, Guard.SIGNED_BY_BOTH)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class StageTask:
    """A task of a side, due so many local days after the stage was entered; a blocking one holds the stage."""

    key: str
    title: str
    side: str
    due_days: int
    is_blocking: bool = False


@dataclass(frozen=True, kw_only=True)
class StageReminder:
    """A mail to a side while the stage lasts, so many days after it was entered."""

    key: str
    side: str
    after_days: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What happens in one state; ``guards`` are read before it is entered, besides those of the table."""

    state: str
    title: str
    guards: tuple[Guard, ...] = ()
    tasks: tuple[StageTask, ...] = ()
    reminders: tuple[StageReminder, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WorkflowDefinition:
    """A template's version. A submission nobody reviewed within ``review_days`` is approved by itself; what is
    verified is released ``release_days`` later. Terms may say otherwise."""

    stages: tuple[Stage, ...]
    offer_days: int = 7
    review_days: int = 5
    revision_rounds: int = 2
    release_days: int = 3

    def find_stage(self, state: str) -> Stage | None:
        return next((one for one in self.stages if one.state == state), None)


@dataclass
class _Reader:
    problems: dict[str, str] = field(default_factory=dict)

    def note(self, path: str, problem: str) -> None:
        self.problems.setdefault(path, problem)

    def take_object(self, given: object, path: str, known: set[str]) -> Mapping[str, Any]:
        if not isinstance(given, dict):
            self.note(path or "definition", "An object.")
            return {}
        for name in sorted(set(map(str, given)) - known):
            self.note(f"{path}{name[:40]}", f"Unknown; known: {', '.join(sorted(known))}.")
        return given

    def take_list(self, given: object, path: str, most: int) -> list[Any]:
        if isinstance(given, list) and len(given) <= most:
            return given
        self.note(path, f"A list of at most {most}.")
        return []

    def take_text(self, given: object, path: str, longest: int) -> str:
        if isinstance(given, str) and 0 < len(given.strip()) <= longest and "\0" not in given:
            return given.strip()
        self.note(path, f"1 to {longest} characters without NUL.")
        return ""

    def take_key(self, given: object, path: str) -> str:
        if isinstance(given, str) and _KEY.match(given):
            return given
        self.note(path, "1 to 40 of a-z, 0-9 and underscore.")
        return ""

    def take_number(self, given: object, path: str, least: int, most: int) -> int:
        if isinstance(given, int) and not isinstance(given, bool) and least <= given <= most:
            return given
        self.note(path, f"A whole number from {least} to {most}.")
        return least

    def take_choice(self, given: object, path: str, known: tuple[str, ...]) -> str:
        if isinstance(given, str) and given in known:
            return given
        self.note(path, f"One of {', '.join(known)}.")
        return ""


def check_definition(document: object) -> WorkflowDefinition:
    """Return the definition of a document.

    Raises:
        InvalidTerms: unknown fields, wrong values, stages or keys that come twice; names each by path.
    """
    reader = _Reader()
    given = reader.take_object(document, "", set(WorkflowDefinition.__dataclass_fields__))
    stages = tuple(
        _read_stage(reader, one, f"stages/{place}/")
        for place, one in enumerate(reader.take_list(given.get("stages"), "stages", MOST_STAGES))
    )
    _refuse_twice(reader, [one.state for one in stages], "stages", "state")
    keys = [one.key for stage in stages for one in stage.tasks]
    keys += [one.key for stage in stages for one in stage.reminders]
    _refuse_twice(reader, keys, "stages", "key")
    definition = WorkflowDefinition(
        stages=stages,
        offer_days=reader.take_number(given.get("offer_days", 7), "offer_days", 1, 90),
        review_days=reader.take_number(given.get("review_days", 5), "review_days", 1, 60),
        revision_rounds=reader.take_number(given.get("revision_rounds", 2), "revision_rounds", 0, 10),
        release_days=reader.take_number(given.get("release_days", 3), "release_days", 0, 60),
    )
    if reader.problems:
        raise InvalidTerms(reader.problems)
    return definition


def _read_stage(reader: _Reader, document: object, path: str) -> Stage:
    given = reader.take_object(document, path, set(Stage.__dataclass_fields__))
    state = reader.take_choice(given.get("state"), f"{path}state", tuple(CollaborationState.values))
    guards = [
        reader.take_choice(one, f"{path}guards/{place}", tuple(guard.value for guard in NAMED_GUARDS))
        for place, one in enumerate(reader.take_list(given.get("guards", []), f"{path}guards", len(NAMED_GUARDS)))
    ]
    tasks = reader.take_list(given.get("tasks", []), f"{path}tasks", MOST_PER_STAGE)
    reminders = reader.take_list(given.get("reminders", []), f"{path}reminders", MOST_PER_STAGE)
    stage = Stage(
        state=state,
        title=reader.take_text(given.get("title"), f"{path}title", 80),
        guards=tuple(Guard(one) for one in guards if one),
        tasks=tuple(_read_task(reader, one, f"{path}tasks/{place}/") for place, one in enumerate(tasks)),
        reminders=tuple(
            _read_reminder(reader, one, f"{path}reminders/{place}/") for place, one in enumerate(reminders)
        ),
    )
    if state and not any(state in (source, target) for _, source, target in TRANSITIONS):
        reader.note(f"{path}state", "No move leads there.")
    return stage


def _read_task(reader: _Reader, document: object, path: str) -> StageTask:
    given = reader.take_object(document, path, set(StageTask.__dataclass_fields__))
    is_blocking = given.get("is_blocking", False)
    if not isinstance(is_blocking, bool):
        reader.note(f"{path}is_blocking", "true or false.")
    return StageTask(
        key=reader.take_key(given.get("key"), f"{path}key"),
        title=reader.take_text(given.get("title"), f"{path}title", 120),
        side=reader.take_choice(given.get("side"), f"{path}side", _PERSONS),
        due_days=reader.take_number(given.get("due_days"), f"{path}due_days", 0, MOST_OFFSET_DAYS),
        is_blocking=is_blocking is True,
    )


def _read_reminder(reader: _Reader, document: object, path: str) -> StageReminder:
    given = reader.take_object(document, path, set(StageReminder.__dataclass_fields__))
    return StageReminder(
        key=reader.take_key(given.get("key"), f"{path}key"),
        side=reader.take_choice(given.get("side"), f"{path}side", _PERSONS),
        after_days=reader.take_number(given.get("after_days"), f"{path}after_days", 0, MOST_OFFSET_DAYS),
        text=reader.take_text(given.get("text"), f"{path}text", LONGEST_TEXT),
    )


def _refuse_twice(reader: _Reader, values: list[str], path: str, what: str) -> None:
    twice = sorted({one for one in values if one and values.count(one) > 1})
    if twice:
        reader.note(path, f"The same {what} twice: {', '.join(twice)}.")
