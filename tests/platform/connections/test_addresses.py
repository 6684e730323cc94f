"""Reading addresses."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from veri.platform.connections.addresses import parse_postgres_address, split_addresses
from veri.platform.connections.postgres import build_database_settings, build_endpoint


def test_split_addresses_keeps_several_hosts_of_one_address_together() -> None:
    text = "mongodb://a:1,b:2/veri?replicaSet=r, mongodb://c:3/veri"

    assert split_addresses(text) == ["mongodb://a:1,b:2/veri?replicaSet=r", "mongodb://c:3/veri"]
    assert split_addresses(" ,") == []


def test_postgres_address_decodes_every_part() -> None:
    address = parse_postgres_address("postgres://ann%40x:p%2Cw@[::1]:6000,db.example/ver%69?sslmode=require")

    assert (address.user, address.password, address.database) == ("ann@x", "p,w", "veri")
    assert (address.hosts, address.ports) == (("::1", "db.example"), ("6000", "5432"))
    assert address.options == {"sslmode": "require"}
    assert "p,w" not in repr(address)


def test_database_settings_for_one_address_without_pool() -> None:
    entry = build_database_settings(urls=["postgres://ann:pw@db:6000/veri?sslmode=require"], pool=False)

    assert entry == {
        "ENGINE": "veri.platform.connections.backend",
        "NAME": "veri",
        "HOST": "db",
        "PORT": "6000",
        "USER": "ann",
        "PASSWORD": "pw",
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "application_name": "veri",
            "connect_timeout": 3,
            "options": "-c statement_timeout=30000 -c idle_in_transaction_session_timeout=60000",
            "keepalives": 1,
            "keepalives_idle": 30,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "sslmode": "require",
        },
    }


def test_database_settings_with_pool_and_several_hosts() -> None:
    entry = build_database_settings(urls=["postgres://u:p@a/veri", "postgres://u:p@b:6000/veri"], pool=True)

    assert (entry["HOST"], entry["PORT"]) == ("a,b", "5432,6000")
    assert entry["CONN_MAX_AGE"] == 0
    assert entry["OPTIONS"]["pool"] == {"min_size": 1, "max_size": 8, "timeout": 5.0}
    assert entry["OPTIONS"]["target_session_attrs"] == "read-write"


@pytest.mark.parametrize("second", ["postgres://u:other@b/veri", "postgres://u:p@b/other", "postgres://x:p@b/veri"])
def test_addresses_that_differ_in_more_than_the_host_are_refused(second: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="must share user, password and database"):
        build_endpoint(urls=["postgres://u:p@a/veri", second])


def test_database_settings_without_address_are_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="holds no address"):
        build_database_settings(urls=[], pool=False)
