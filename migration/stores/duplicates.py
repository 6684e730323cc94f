"""Rows that a unique index of the collection would not take side by side."""

from django.db import connection

from migration.registry import DatasetSpec

SHOWN = 3


def find_duplicates(spec: DatasetSpec) -> list[str]:
    """Return which values rows share although an index is to keep them unique, a few of each; nulls count as values."""
    return [found for keys in spec.unique_indexes if (found := _find(spec, [name for name, _ in keys]))]


def _find(spec: DatasetSpec, names: list[str]) -> str:
    columns = ", ".join(names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, count(*) FROM {spec.table} GROUP BY {columns} HAVING count(*) > 1 LIMIT {SHOWN}"  # noqa: S608  names from code
        )
        found = cursor.fetchall()
    listed = ", ".join(f"{row[:-1]} {row[-1]} times" for row in found)
    return f"({columns}) is not unique: {listed}" if found else ""
