from collections.abc import Callable

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from creators.models import Creator, Interaction
from migration.services.backfill import run_backfill
from migration.services.flags import set_flag
from migration.services.relay import relay_batch
from tests.conftest import NOW

NAMES = ["creator_profiles", "interactions", "memories", "memory_vectors"]


def make_interaction(creator: Creator, external_id: str, **values: object) -> Interaction:
    given = {"platform": "chat", "type": "message", "text": f"hello {external_id}", "payload": {"n": 1.10}}
    return Interaction(
        creator=creator, external_id=external_id, occurred_at=NOW, received_at=NOW, **{**given, **values}
    )


def drain() -> int:
    """Relay until the outbox is empty; return how many outbox rows were taken."""
    total = 0
    while taken := relay_batch(datasets=NAMES).taken:
        total += taken
    return total


def switch(name: str, *, is_on: bool = True) -> None:
    set_flag(name=name, is_on=is_on, actor="test", reason="test", now=timezone.now())


@pytest.fixture
def capturing(transactional_db, mongo, creator) -> Creator:
    """A creator while every dataset is captured and copied, with an empty outbox."""
    switch("USE_MONGO")
    for name in NAMES:
        run_backfill(name=name, actor="test", reason="test", clock=timezone.now)
    drain()
    return creator


@pytest.fixture
def open_session(transactional_db) -> Callable[[], psycopg.Connection]:
    """Open plain sessions on the test database, as a psql shell is one."""
    opened: list[psycopg.Connection] = []

    def open_one() -> psycopg.Connection:
        settings = connection.settings_dict
        session = psycopg.connect(
            host=settings["HOST"], port=settings["PORT"], dbname=settings["NAME"], user=settings["USER"]
        )
        opened.append(session)
        return session

    yield open_one
    for session in opened:
        session.close()
