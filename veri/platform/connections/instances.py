"""Models from hand-written SELECTs on hot paths: the ORM takes longer to build a query than PostgreSQL to answer it."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

M = TypeVar("M", bound=Model)


@cache
def list_columns(*, model: type[Model], table: str) -> str:
    """Return all columns of a model, qualified with a table's name or alias, as ``build_instance`` takes them.

    Raises:
        TypeError: a column needs the ORM to convert what the driver gives.
    """
    fields = model._meta.concrete_fields  # noqa: SLF001  Django's documented API
    if converted := [one.name for one in fields if one.get_db_converters(connection)]:
        raise TypeError(f"{model.__name__} cannot be built from bare rows: {', '.join(converted)}")
    return ", ".join(f'{table}."{one.column}"' for one in fields)


def build_instance(*, model: type[M], row: Sequence[Any]) -> M:
    """Return the saved model that a row of ``list_columns`` holds."""
    names = [one.attname for one in model._meta.concrete_fields]  # noqa: SLF001  Django's documented API
    return model.from_db(DEFAULT_DB_ALIAS, names, row)
