"""Fixtures every room uses: real stores, one database, MongoDB name and Redis number per test process."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pymongo.database import Database

from creators.models import Creator, User
from migration.queries.flags import forget_flags
from migration.queries.routes import forget_routes
from migration.registry import iterate_specs

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_copies() -> Iterator[None]:
    """Forget what a process remembers of flags and routes: tests change them under its feet."""
    forget_flags()
    forget_routes()
    yield
    forget_flags()
    forget_routes()


@pytest.fixture
def mongo() -> Iterator[Database]:
    """The test process's MongoDB database, with empty collections."""
    from veri.platform.connections.mongo import get_database

    database = get_database()
    for spec in iterate_specs():
        database.drop_collection(spec.collection)
    yield database
    for spec in iterate_specs():
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
    return User.objects.create_user(username="owner", password="correct-horse-battery")


@pytest.fixture
def creator(owner) -> Creator:
    return Creator.objects.create(
        owner=owner, handle="lumenkitchen", display_name="Lumen Kitchen", created_at=NOW, updated_at=NOW
    )
