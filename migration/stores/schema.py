"""Whether a table still has the columns and types its mapper was written for."""

from django.db import ProgrammingError, connection, transaction

from migration.errors import SchemaChanged
from migration.mapping import Kind
from migration.registry import DatasetSpec

# Type oids of PostgreSQL's own types never change: src/include/catalog/pg_type.dat
_TYPES: dict[Kind, dict[int, str]] = {
    Kind.INTEGER: {20: "bigint", 21: "smallint", 23: "integer"},
    Kind.BOOLEAN: {16: "boolean"},
    Kind.FLOAT: {701: "double precision", 700: "real"},
    Kind.TEXT: {25: "text", 1043: "varchar"},
    Kind.JSON: {25: "text"},
    Kind.TIMESTAMP: {1184: "timestamptz"},
    Kind.TEXTS: {1009: "text[]", 1015: "varchar[]"},
    Kind.INTEGERS: {1016: "bigint[]", 1007: "integer[]"},
    Kind.BYTES: {17: "bytea"},
}
_KEY_TYPES = {20: "bigint"}


def find_schema_changes(spec: DatasetSpec) -> list[str]:
    """Return what the mapper needs and the table no longer gives, a sentence each; one query without rows."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{spec.select_sql} LIMIT 0")
            found = {column.name: column.type_code for column in cursor.description}
            cursor.execute(
                "SELECT oid::int, oid::regtype::text FROM pg_type WHERE oid = ANY(%s)", [list(found.values())]
            )
            names = dict(cursor.fetchall())
    except ProgrammingError as error:
        return [f"{spec.table}: {str(error).splitlines()[0]}"]
    expected = {"id": _KEY_TYPES, "version": _KEY_TYPES}
    expected |= {field.name: _TYPES[field.kind] for field in spec.mapper.fields if field.kind in _TYPES}
    return [
        f"{spec.table}.{name} is {names.get(found[name], 'unknown')}, the mapper needs {' or '.join(types.values())}"
        for name, types in expected.items()
        if found[name] not in types
    ]


def require_schema(spec: DatasetSpec) -> None:
    """Refuse to go on with a table that was changed.

    Raises:
        SchemaChanged: names the columns.
    """
    if changes := find_schema_changes(spec):
        raise SchemaChanged(
            f"{spec.name} stopped: {'; '.join(changes)}. Change the table back, or deploy the mapper that fits it."
        )
