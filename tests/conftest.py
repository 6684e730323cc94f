"""Fixtures every room uses: real stores, one database, MongoDB name and Redis number per test process."""

import gc
import os

# Several processes share the cores: more threads in each of them only wait for one another. Before numpy loads.
os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, make_password
from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pymongo.database import Database
from pytest_django import DjangoDbBlocker

from billing.queries.shares import forget_shares
from billing.queries.stops import forget_stops
from billing.services import pricing
from billing.services.budgets.notices import forget_told
from billing.services.pricing import forget_prices
from creators.models import Creator, User
from memory.queries.providers import forget_providers
from memory.queries.ranking_weights import forget_ranking_weights
from migration.queries.flags import forget_flags
from migration.queries.routes import forget_routes
from migration.registry import list_registered_specs
from migration.services.minutes import COUNTER
from tests.databases import INITIAL, KEPT_TABLES, copied_database, list_initial_tables
from tests.stores import ROOT
from veri.platform.cache import brief
from veri.platform.connections.reading import fetch_prepared

GC_THRESHOLDS = (50_000, 20, 50)
COPY_SECONDS = brief.SECONDS
UNENDING_SECONDS = 86_400.0
NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
# How long an example takes says how busy the cores are.
hypothesis_settings.register_profile("veri", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("veri")


OUTBOX = "migration_outboxrow"
LARGE = 8 * 1024 * 1024  # bytes of the tables that hold rows


def empty_tables(_test_case: TransactionTestCase) -> None:
    """Empty the tables that hold rows and restore what migrations put there.

    Django's own way truncates every table and rebuilds permissions after each test: four fifths of the suite's time.
    Even a few TRUNCATEs cost a sixth of a second; few rows are deleted, without the triggers that would capture it.
    """
    filled = dict(fetch_prepared(_get_question(), []))
    if sum(filled.values()) > LARGE:
        emptying = f"TRUNCATE {', '.join(filled)} CASCADE"
    else:
        # Capture cannot be switched off: what it writes of these deletes goes last.
        emptying = "; ".join(f"DELETE FROM {name}" for name in [*(filled.keys() - {OUTBOX}), OUTBOX])
    # Ledgers refuse it, by triggers that a replica's session has not.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET session_replication_role = replica; {emptying}; {_get_refill()}; "
            "SET session_replication_role = DEFAULT"
        )


@cache
def _get_question() -> str:
    """Return the statement that asks which tables hold rows, with their bytes, of which deleted rows are a part."""
    names = [
        name for name in connection.introspection.django_table_names(only_existing=True) if name not in KEPT_TABLES
    ]
    sizes = (f"SELECT '{name}', pg_relation_size('{name}') WHERE EXISTS (SELECT FROM {name})" for name in names)
    return " UNION ALL ".join(sizes)


@cache
def _get_refill() -> str:
    return "; ".join(f"INSERT INTO {name} SELECT * FROM {INITIAL}.{name}" for name in list_initial_tables())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests that share an id: pytest-xdist would run one of them and say nothing of the others."""
    shared = [one for one, count in Counter(item.nodeid for item in items).items() if count > 1]
    if shared:
        raise pytest.UsageError(f"These ids stand for several tests each: {', '.join(shared)}")


def pytest_collection_finish() -> None:
    """Leave what was imported out of garbage collection, which otherwise walks it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, django_db_modify_db_settings: None
) -> Iterator[None]:
    """Give every test process a copy of the run's one migrated database."""
    template = f"test_veri_{os.environ['VERI_TEST_RUN']}_template"
    with (
        django_db_blocker.unblock(),
        copied_database(folder=ROOT.parent, template=template),
        django_db_blocker.block(),
    ):
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_teardown() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_hashes() -> Iterator[None]:
    """Hash passwords with argon2 at its least cost: at the cost of production a hash takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("time_cost", 1), ("memory_cost", 8), ("parallelism", 1)):
            patch.setattr(Argon2PasswordHasher, name, value)
        yield


@pytest.fixture(autouse=True)
def _fresh_copies(monkeypatch) -> Iterator[None]:
    """Forget what a process remembers of a few rows, for tests change them; within a test no copy ends by itself.

    A copy that ends between two counts of queries would add one to the second.
    """
    monkeypatch.setattr(brief, "SECONDS", UNENDING_SECONDS)
    monkeypatch.setattr(pricing, "SECONDS", UNENDING_SECONDS)
    COUNTER.forget()
    forget_flags()
    forget_routes()
    forget_providers()
    forget_ranking_weights()
    forget_stops()
    forget_told()
    forget_shares()
    forget_prices()
    yield
    forget_stops()
    forget_flags()
    forget_routes()
    forget_providers()


@pytest.fixture
def ending_copies(_fresh_copies, monkeypatch) -> None:
    """Copies end as they do outside of tests."""
    monkeypatch.setattr(brief, "SECONDS", COPY_SECONDS)


@pytest.fixture
def mongo() -> Iterator[Database]:
    """The test process's MongoDB database, with empty collections."""
    from veri.platform.connections.mongo import get_database

    database = get_database()
    for spec in list_registered_specs():
        database.drop_collection(spec.collection)
    yield database
    for spec in list_registered_specs():
        get_database().drop_collection(spec.collection)


@pytest.fixture
def mongo_away(mongo, settings) -> Iterator[None]:
    """MongoDB at an address where nobody answers; back after the test."""
    from veri.platform.connections import mongo as connections

    given = settings.MONGODB_URIS
    settings.MONGODB_URIS = ["mongodb://127.0.0.1:1/veri"]
    connections.close()
    yield
    settings.MONGODB_URIS = given
    connections.close()


@pytest.fixture
def owner(db) -> User:
    return User.objects.create(username="owner", password=make_password("correct-horse-battery"))


@pytest.fixture
def creator(owner) -> Creator:
    return Creator.objects.create(
        owner=owner, handle="lumenkitchen", display_name="Lumen Kitchen", created_at=NOW, updated_at=NOW
    )
