"""One migrated database per run, of which every test process takes a copy: a migration costs each many seconds."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

KEPT_TABLES = {"django_migrations", "django_content_type", "auth_permission"}
INITIAL = "initial"  # a schema with copies of the tables that migrations put rows into


@contextmanager
def copied_database(*, folder: Path, template: str) -> Iterator[None]:
    """Connect to this process's own copy of the run's template, made by whoever comes first; dropped at the end."""
    creation: Any = connection.creation
    name, given = creation._get_test_db_name(), connection.settings_dict["NAME"]
    with (folder / f"{template}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists(template):
            _migrate(template)
        _run(f'DROP DATABASE IF EXISTS "{name}"')
        _run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    _choose(name)
    try:
        yield
    finally:
        connection.close()
        _choose(given)
        _run(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def own_database(name: str) -> Iterator[None]:
    """Connect to a new and empty database beside the process's own; dropped at the end."""
    given = connection.settings_dict["NAME"]
    mine = f"{given}_{name}"
    connection.close()
    _run(f'CREATE DATABASE "{mine}"')
    _choose(mine)
    try:
        yield
    finally:
        connection.close()
        _choose(given)
        _run(f'DROP DATABASE "{mine}" WITH (FORCE)')


def _migrate(template: str) -> None:
    tests = connection.settings_dict["TEST"]
    given, tests["NAME"] = tests["NAME"], template
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    _keep_initial_rows()
    tests["NAME"] = given
    connection.close()
    _choose(given)


def _keep_initial_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {INITIAL}")
        for name in set(connection.introspection.table_names(cursor)) - KEPT_TABLES:
            cursor.execute(f"SELECT FROM {name} LIMIT 1")
            if cursor.rowcount:
                cursor.execute(f"CREATE TABLE {INITIAL}.{name} AS TABLE {name}")


def list_initial_tables() -> list[str]:
    """Return the tables that migrations put rows into."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [INITIAL])
        return [name for (name,) in cursor.fetchall()]


def _choose(name: str) -> None:
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


def _exists(name: str) -> bool:
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]  # what Django's own creation uses
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        return bool(cursor.rowcount)


def _run(statement: str) -> None:
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]  # what Django's own creation uses
        cursor.execute(statement)
