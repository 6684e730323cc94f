"""PostgreSQL: dump one snapshot, load it elsewhere, and say by counts and checksums what is in a database."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql
from psycopg.conninfo import make_conninfo

from veri.platform.connections.postgres import open_dedicated_connection
from veri.platform.ops.errors import BackupFailed

PROGRAM_TIMEOUT_SECONDS = 3600
_TABLES = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
ORDER BY 1, 2
"""
# Independent of the order of rows and of memory: the sum of 64 bits of each row's MD5.
_CHECKSUM = (
    "SELECT count(*), coalesce(sum(('x' || substr(md5(t::text), 1, 16))::bit(64)::bigint::numeric), 0)::text FROM {} t"
)


def dump_database(*, target: Path) -> dict[str, dict[str, Any]]:
    """Write the database in pg_dump's custom format; return ``{table: {rows, checksum}}`` of the same snapshot.

    Raises:
        BackupFailed: when the program is missing, of another major version than the server, or fails.
    """
    with open_dedicated_connection(autocommit=False) as connection:
        connection.execute("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.commit()
        program = get_program(name="pg_dump", server_version=connection.info.server_version)
        # The snapshot lives as long as this transaction, which may idle while the program works.
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        snapshot = _fetch_one(connection, "SELECT pg_export_snapshot()")
        with _write_conninfo(connection) as conninfo:
            _run([program, "--format=custom", f"--snapshot={snapshot}", f"--file={target}", f"--dbname={conninfo}"])
        return measure_tables(connection=connection)


def list_extensions() -> list[str]:
    """Return the extensions of the configured database, besides the built-in language.

    pg_dump takes one that was made in single-user mode, as a prepared template may be, for a part of the server and
    leaves it out.
    """
    with open_dedicated_connection() as connection:
        rows = connection.execute("SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1").fetchall()
    return [str(name) for (name,) in rows]


def load_dump(*, source: Path, extensions: list[str], database: str | None = None) -> None:
    """Load a dump into an empty database: the configured one, or another on the same server.

    Raises:
        BackupFailed: at the first error; nothing is kept of a load that fails.
    """
    with open_dedicated_connection() as connection:
        program = get_program(name="pg_restore", server_version=connection.info.server_version)
        with _write_conninfo(connection, database=database) as conninfo:
            with psycopg.connect(conninfo, autocommit=True) as target:
                for name in extensions:
                    target.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
            options = ["--no-owner", "--exit-on-error", "--single-transaction"]
            _run([program, *options, f"--dbname={conninfo}", str(source)])


@contextmanager
def create_scratch_database(*, name: str) -> Iterator[str]:
    """Create an empty database on the same server and drop it afterwards."""
    with open_dedicated_connection() as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        try:
            yield name
        finally:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def open_database(*, name: str) -> Iterator["psycopg.Connection[Any]"]:
    """Open another database of the same server, with the same credentials."""
    with (
        open_dedicated_connection() as connection,
        _write_conninfo(connection, database=name) as conninfo,
        psycopg.connect(conninfo) as other,
    ):
        yield other


def measure_tables(*, connection: "psycopg.Connection[Any]") -> dict[str, dict[str, Any]]:
    """Return ``{schema.table: {"rows": int, "checksum": text}}``; the server does the work, row by row."""
    connection.execute("SET LOCAL statement_timeout = 0")
    connection.execute("SET LOCAL timezone = 'UTC'")
    found = {}
    for schema, table in connection.execute(_TABLES).fetchall():
        row = connection.execute(sql.SQL(_CHECKSUM).format(sql.Identifier(schema, table))).fetchone()
        found[f"{schema}.{table}"] = {"rows": row[0], "checksum": row[1]} if row else {}
    return found


def count_rows() -> int:
    """Return how many rows the configured database holds, migrations' own records aside."""
    with open_dedicated_connection(autocommit=False) as connection:
        tables = measure_tables(connection=connection)
    return sum(table["rows"] for name, table in tables.items() if name not in _FILLED_BY_MIGRATIONS)


_FILLED_BY_MIGRATIONS = frozenset({"public.django_migrations", "public.django_content_type", "public.auth_permission"})


def empty_database() -> None:
    """Drop everything in the configured database, so that a dump can be loaded."""
    with open_dedicated_connection(autocommit=False) as connection:
        schemas = {str(schema) for schema, _ in connection.execute(_TABLES).fetchall()} | {"public"}
        for schema in sorted(schemas):
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema)))
        connection.execute("CREATE SCHEMA public")


def get_program(*, name: str, server_version: int) -> str:
    """Return the path of ``pg_dump`` or ``pg_restore`` of the server's major version.

    Raises:
        BackupFailed: when there is none.
    """
    path = _find_program(name)
    found = re.search(r"\) (\d+)", _run([path, "--version"]))  # pg_dump (PostgreSQL) 18.4
    major = found[1] if found else "unknown"
    if major != str(server_version // 10000):
        raise BackupFailed(f"{name} is version {major}, the server {server_version // 10000}: install the matching one")
    return path


def _find_program(name: str) -> str:
    if "postgres" in settings.EMBEDDED_STORES:
        from veri.platform.embedded.postgres import get_postgres_binary  # not installed where real stores are given

        return str(get_postgres_binary(name=name))
    found = shutil.which(name)
    if not found:
        raise BackupFailed(f"{name} is not installed")
    return found


@contextmanager
def _write_conninfo(connection: "psycopg.Connection[Any]", *, database: str | None = None) -> Iterator[str]:
    """Yield a connection string without the password, which waits in a file only we can read."""
    info = connection.info
    # Encryption as the application has it; its statement timeout and pool options are not for programs.
    parameters = {name: value for name, value in info.get_parameters().items() if name.startswith(("ssl", "gss"))}
    parameters |= {"host": info.host, "port": str(info.port), "user": info.user, "dbname": database or info.dbname}
    descriptor, path = tempfile.mkstemp(prefix="veri-pgpass-")
    with os.fdopen(descriptor, "w") as passfile:
        password = (info.password or "").replace("\\", "\\\\").replace(":", "\\:")
        passfile.write(f"*:*:*:*:{password}\n")
    try:
        yield make_conninfo("", **parameters, passfile=path, connect_timeout="5", application_name="veri-backup")
    finally:
        Path(path).unlink(missing_ok=True)


def _fetch_one(connection: "psycopg.Connection[Any]", query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603  fixed programs, arguments of our own making
            command, capture_output=True, text=True, timeout=PROGRAM_TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BackupFailed(f"{Path(command[0]).name} could not run: {type(error).__name__}") from error
    if done.returncode != 0:
        raise BackupFailed(f"{Path(command[0]).name} failed: {done.stderr.strip()[-2000:]}")
    return done.stdout
