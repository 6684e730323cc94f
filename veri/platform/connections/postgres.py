"""PostgreSQL: Django's settings, and connections of their own for listening loops."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from veri.platform.connections.addresses import parse_postgres_address

if TYPE_CHECKING:
    import psycopg

ENGINE = "veri.platform.connections.backend"
CONNECT_TIMEOUT_SECONDS = 3
STATEMENT_TIMEOUT_MS = 30_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000
POOL = {"min_size": 1, "max_size": 8, "timeout": 5.0}
PERSISTENT_SECONDS = 600


def build_database_settings(*, urls: Sequence[str], pool: bool) -> dict[str, Any]:
    """Return the entry of Django's DATABASES for a failover list of addresses.

    With `pool` (web processes) connections come from a psycopg pool of one to eight; without (workers, commands)
    each thread keeps its connection for ten minutes. The list's addresses share user, password and database: libpq
    tries their hosts in order and takes the first that accepts writes.

    Raises:
        ImproperlyConfigured: there is no address, or the addresses differ in more than hosts and ports.
    """
    if not urls:
        raise ImproperlyConfigured("DATABASE_URL holds no address")
    first = parse_postgres_address(urls[0])
    endpoint = build_endpoint(urls=urls)
    return {
        "ENGINE": ENGINE,
        "NAME": first.database,
        **{key.upper(): value for key, value in endpoint.items()},
        "CONN_MAX_AGE": 0 if pool else PERSISTENT_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _build_options(several="," in endpoint["host"])
        | first.options
        | ({"pool": dict(POOL)} if pool else {}),
    }


def build_endpoint(*, urls: Sequence[str]) -> dict[str, str]:
    """Return libpq's `host`, `port`, `user` and `password` for a failover list.

    Raises:
        ImproperlyConfigured: the addresses differ in user, password or database.
    """
    addresses = [parse_postgres_address(url) for url in urls]
    if len({(address.user, address.password, address.database) for address in addresses}) > 1:
        raise ImproperlyConfigured("the addresses in DATABASE_URL must share user, password and database")
    return {
        "host": ",".join(host for address in addresses for host in address.hosts),
        "port": ",".join(port for address in addresses for port in address.ports),
        "user": addresses[0].user,
        "password": addresses[0].password,
    }


def open_dedicated_connection(
    *, autocommit: bool = True, connect_timeout: int = CONNECT_TIMEOUT_SECONDS, application_name: str = "veri"
) -> "psycopg.Connection[Any]":
    """Open a plain psycopg connection to Django's database, outside its pool and transactions.

    For `LISTEN` loops, COPY streams and probes. The caller closes it.

    Raises:
        psycopg.OperationalError: the server cannot be reached.
    """
    import psycopg  # the driver loads on first use

    from veri.platform.connections.rotation import connect_with_rotation  # imports the driver

    parameters = build_dedicated_parameters(application_name=application_name)
    return connect_with_rotation(
        connect=lambda current: psycopg.connect(autocommit=autocommit, **current),
        parameters=parameters | {"connect_timeout": connect_timeout},
    )


def build_dedicated_parameters(*, application_name: str) -> dict[str, Any]:
    """Return what a plain connection to Django's database is opened with."""
    from django.db import connection  # the settings import this module

    parameters = connection.get_connection_params()
    # Django's own cursor and adapters would change how plain rows come back.
    parameters = {key: value for key, value in parameters.items() if key not in {"cursor_factory", "context"}}
    return parameters | {"connect_timeout": CONNECT_TIMEOUT_SECONDS, "application_name": application_name}


def _build_options(*, several: bool) -> dict[str, Any]:
    timeouts = {
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_TIMEOUT_MS,
    }
    return {
        "application_name": "veri",
        "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        "options": " ".join(f"-c {name}={value}" for name, value in timeouts.items()),
        "keepalives": 1,
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        **({"target_session_attrs": "read-write"} if several else {}),
    }
