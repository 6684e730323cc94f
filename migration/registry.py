"""The datasets apps have registered. The engine knows tables and collections only through this."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from migration.errors import UnknownDataset
from migration.mapping import Mapper

IndexKeys: TypeAlias = tuple[tuple[str, int], ...]


def _is_always_in_use() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class DatasetSpec:
    """A table ↔ collection pair: ``id`` is the bigint primary key, ``scope_column`` holds the creator's id.

    ``unique_indexes`` are only for what PostgreSQL keeps unique too. One with ``is_high_volume`` is written twice for
    longer before its reads may move for good. While ``is_in_use`` says no, nobody is shown the dataset and nothing
    relays it.
    """

    name: str
    label: str
    table: str
    collection: str
    scope_column: str
    mapper: Mapper
    indexes: tuple[IndexKeys, ...] = field(default=())
    unique_indexes: tuple[IndexKeys, ...] = field(default=())
    is_high_volume: bool = False
    is_in_use: Callable[[], bool] = _is_always_in_use

    @property
    def select_sql(self) -> str:
        """Return ``SELECT id, version, fields FROM table`` without a WHERE."""
        columns = ", ".join(one.sql for one in self.mapper.fields)
        return f"SELECT id, version, {columns} FROM {self.table}"  # noqa: S608  names come from code, never from input


_specs: dict[str, DatasetSpec] = {}


def register_dataset(spec: DatasetSpec) -> None:
    """Register a dataset once, from an app's ``ready()``."""
    _specs[spec.name] = spec


def get_spec(name: str) -> DatasetSpec:
    """Return a registered dataset, also one that is not in use.

    Raises:
        UnknownDataset: names the known ones.
    """
    if name not in _specs:
        raise UnknownDataset(
            f"There is no dataset {name!r}; known are {', '.join(sorted(one.name for one in iterate_specs()))}."
        )
    return _specs[name]


def list_registered_specs() -> list[DatasetSpec]:
    """Return every registered dataset, in use or not."""
    return list(_specs.values())


def iterate_specs() -> Iterator[DatasetSpec]:
    """Yield the registered datasets that are in use, in registration order."""
    yield from (spec for spec in _specs.values() if spec.is_in_use())
