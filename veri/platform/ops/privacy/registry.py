"""The registry: apps register in ``ready()``; it knows no app. A test fails for a model nobody registered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum
from typing import Any, TypeAlias

from django.apps import apps
from django.db.models import Model, Q, QuerySet


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whom a request is about: a user with all his creators, or one creator of a user who stays.

    ``owner_ids`` are the users whose kept answers may tell of the creators. ``names`` are what the person is called in
    columns that hold no id: addresses, user names.
    """

    user_ids: tuple[int, ...] = ()
    creator_ids: tuple[int, ...] = ()
    owner_ids: tuple[int, ...] = ()
    names: tuple[str, ...] = ()


Find: TypeAlias = Callable[[Subject], Q]


class OnErase(Enum):
    DELETE = "delete"
    EMPTY = "empty"
    RETAIN = "retain"


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """One model that holds something about people.

    ``find`` selects a subject's rows. ``emptied`` are the values that take the place of what must go, where a row
    stays. ``hidden`` are fields an export leaves out, with the reason; ``not_exported`` says why it has none of it.
    ``is_cascaded`` rows go with their parent in the database itself.
    """

    model: str
    find: Find
    on_erase: OnErase
    reason: str
    emptied: Mapping[str, Any] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    not_exported: str = ""
    is_cascaded: bool = False

    @property
    def table(self) -> type[Model]:
        return apps.get_model(self.model)

    def select(self, subject: Subject) -> "QuerySet[Any]":
        """Return the subject's rows."""
        return self.table._base_manager.filter(self.find(subject))  # noqa: SLF001  Django's documented API


class Phase(IntEnum):
    """When a contributed step runs: before anything is deleted, when platforms are told, or in the stores after it."""

    DERIVED = 1
    PLATFORMS = 2
    STORES = 3


@dataclass(frozen=True, kw_only=True)
class EraseStep:
    """Work an app contributes to each erasure. ``run(subject=…, now=…)`` returns how much there was; it is repeatable.

    Raising ``StoreUnavailable``, a driver's or an ``OSError`` lets the request wait and try again.
    """

    name: str
    phase: Phase
    run: Callable[..., int]


_data: dict[str, PersonalData] = {}
_impersonal: dict[str, str] = {}
_steps: dict[str, EraseStep] = {}


def about(*, creator: str = "", user: str = "") -> Find:
    """Return a ``find`` by the look-ups that lead to a creator's or a user's id."""

    def find(subject: Subject) -> Q:
        wanted = Q(pk__in=[])
        if creator and subject.creator_ids:
            wanted |= Q(**{f"{creator}__in": subject.creator_ids})
        if user and subject.user_ids:
            wanted |= Q(**{f"{user}__in": subject.user_ids})
        return wanted

    return find


def named(field: str) -> Find:
    """Return a ``find`` for a column that holds an address or a user name, in whatever case."""

    def find(subject: Subject) -> Q:
        wanted = Q(pk__in=[])
        for name in subject.names:
            wanted |= Q(**{f"{field}__iexact": name})
        return wanted

    return find


def register_data(*data: PersonalData) -> None:
    """Say what becomes of models; saying it again replaces it."""
    _data.update({one.model.lower(): one for one in data})


def register_impersonal(reason: str, *models: str) -> None:
    """Say that models hold nothing about people, and why that is so."""
    _impersonal.update({model.lower(): reason for model in models})


def register_step(step: EraseStep) -> None:
    """Contribute a step to each erasure."""
    _steps[step.name] = step


def list_data() -> list[PersonalData]:
    return list(_data.values())


def list_steps(phase: Phase) -> list[EraseStep]:
    return [step for step in _steps.values() if step.phase == phase]


def list_impersonal() -> dict[str, str]:
    """Return the reasons by model."""
    return dict(_impersonal)


def list_unregistered() -> list[str]:
    """Return the models of all apps nobody has registered, also those Django makes for many-to-many fields."""
    known = {*_data, *_impersonal}
    return sorted(
        model._meta.label  # noqa: SLF001  Django's documented API
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label_lower not in known and model._meta.managed  # noqa: SLF001  same
    )


def run_steps(*, phase: Phase, subject: Subject, now: datetime) -> dict[str, int]:
    """Run the contributed steps of a phase; return how much each found."""
    return {step.name: step.run(subject=subject, now=now) for step in list_steps(phase)}
