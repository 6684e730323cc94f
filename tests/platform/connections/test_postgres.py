"""PostgreSQL connections through Django and beside it."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections
from django.db.utils import ConnectionHandler
from pytest_django import Settings

from tests.platform.connections.conftest import DEAD_PORT
from veri.platform import embedded
from veri.platform.connections import open_dedicated_connection
from veri.platform.connections.postgres import build_database_settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def private_url(private_root: Path) -> str:
    """Return the address, with password, of a role on a server that asks for passwords."""
    url = embedded.start_one(root=private_root, name="postgres", durable=False)
    with psycopg.connect(url, autocommit=True) as operator:
        operator.execute("CREATE ROLE ann LOGIN SUPERUSER PASSWORD 'first'")
        rules = private_root / "postgres" / "pg_hba.conf"
        rules.write_text(
            "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n", encoding="utf-8"
        )
        operator.execute("SELECT pg_reload_conf()")
    return url.replace("postgres@", "ann:first@")


def _change_password(*, url: str) -> str:
    """Give the role another password and return its new address."""
    with psycopg.connect(url.replace("ann:first@", "postgres@"), autocommit=True) as operator:
        operator.execute("ALTER ROLE ann PASSWORD 'second'")
    return url.replace("ann:first@", "ann:second@")


def _ask(handler: ConnectionHandler, statement: str) -> Any:
    with handler["default"].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()


def test_timeouts_hold_in_django_connections() -> None:
    assert _ask(connections, "SHOW statement_timeout") == ("30s",)
    assert _ask(connections, "SHOW idle_in_transaction_session_timeout") == ("1min",)
    assert _ask(connections, "SHOW application_name") == ("veri",)


def test_dedicated_connection_is_another_session_on_the_same_database() -> None:
    ours = _ask(connections, "SELECT pg_backend_pid(), current_database()")

    with open_dedicated_connection(application_name="veri-listen") as connection:
        theirs = connection.execute("SELECT pg_backend_pid(), current_database()").fetchone()
        assert connection.autocommit
        assert connection.execute("SHOW application_name").fetchone() == ("veri-listen",)

    assert theirs is not None
    assert (theirs[0] != ours[0], theirs[1] == ours[1]) == (True, True)


@pytest.mark.parametrize("pool", [False, True])
def test_dead_first_host_is_passed_over(pool: bool, private_url: str, settings: Settings) -> None:
    dead = f"postgres://ann:first@127.0.0.1:{DEAD_PORT}/veri"
    handler = ConnectionHandler({"default": build_database_settings(urls=[dead, private_url], pool=pool)})
    try:
        assert _ask(handler, "SELECT 7") == (7,)
    finally:
        _close(handler)


@pytest.mark.parametrize("pool", [False, True])
def test_new_password_is_read_from_the_file(pool: bool, private_url: str, url_file: Path, settings: Settings) -> None:
    settings.STORE_URL_FILES = {"DATABASE_URL": url_file}
    url_file.write_text(private_url, encoding="utf-8")
    handler = ConnectionHandler({"default": build_database_settings(urls=[private_url], pool=pool)})
    try:
        assert _ask(handler, "SELECT 1") == (1,)
        url_file.write_text(_change_password(url=private_url), encoding="utf-8")
        _close(handler)

        assert _ask(handler, "SELECT 2") == (2,)
        _close(handler)
        url_file.unlink()
        assert _ask(handler, "SELECT 3") == (3,)
    finally:
        _close(handler)


def test_old_password_without_a_new_one_stays_an_error(private_url: str, url_file: Path, settings: Settings) -> None:
    settings.STORE_URL_FILES = {"DATABASE_URL": url_file}
    url_file.write_text(private_url, encoding="utf-8")
    _change_password(url=private_url)
    handler = ConnectionHandler({"default": build_database_settings(urls=[private_url], pool=False)})

    with pytest.raises(OperationalError, match="password authentication failed"):
        _ask(handler, "SELECT 1")


def _close(handler: ConnectionHandler) -> None:
    """Close the session and its pool, as the end of a process would."""
    connection: Any = handler["default"]
    connection.close()
    connection.close_pool()
