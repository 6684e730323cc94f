"""Staff with and without permissions, and datasets that were brought to a stage by the real services."""

import json

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from creators.models import Creator, Interaction, User
from migration.models import Dataset
from migration.registry import iterate_specs
from migration.services.backfill import run_backfill
from migration.services.flags import set_flag
from migration.services.relay import relay_batch
from migration.services.verification import check_parity
from tests.conftest import NOW
from tests.platform.connections.conftest import DEAD_PORT
from veri.platform.ops.health import forget_readiness
from veri.platform.ops.models import AuditEntry


@pytest.fixture(autouse=True)
def _fresh_readiness():
    forget_readiness()
    yield
    forget_readiness()


@pytest.fixture
def operator(db):
    return User.objects.create_superuser("operator", password="correct horse battery")


@pytest.fixture
def console(client, operator):
    """A signed-in browser of somebody who may do everything."""
    client.force_login(operator)
    return client


@pytest.fixture
def onlooker(db):
    """Staff who may look and not act."""
    user = User.objects.create_user("onlooker", password="correct horse battery", is_staff=True)
    names = ["view_featureflag", "view_dataset", "view_paritymismatch", "view_outboxrow"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


def make_interactions(creator: Creator, count: int) -> list[Interaction]:
    return Interaction.objects.bulk_create(
        Interaction(
            creator=creator,
            platform="chat",
            external_id=f"m{number}",
            type="message",
            text=f"hello {number}",
            payload={"number": number},
            occurred_at=NOW,
            received_at=NOW,
        )
        for number in range(count)
    )


def switch(name: str, *, is_on: bool) -> None:
    set_flag(name=name, is_on=is_on, actor="test", reason="a test needs it", now=timezone.now())


def drain() -> int:
    names = [spec.name for spec in iterate_specs()]
    taken = 0
    while (result := relay_batch(datasets=names)).taken:
        taken += result.taken
    return taken


@pytest.fixture
def verified(transactional_db, creator, mongo):
    """Three interactions of one creator, in both stores and proven equal; returns the interactions."""
    found = make_interactions(creator, 3)
    switch("USE_MONGO", is_on=True)
    for name in ("creator_profiles", "interactions"):
        run_backfill(name=name, actor="test", reason="a test needs it", clock=timezone.now)
        check_parity(name=name, clock=timezone.now, recheck_seconds=0.5)
    return found


def list_messages(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def queued():
    """Return how many of the migration's own tasks wait in its queue of an emptied broker."""
    from django.conf import settings

    from veri.platform.connections.redis import get_redis

    key = f"{settings.CELERY_BROKER_TRANSPORT_OPTIONS['global_keyprefix']}migration"

    def count() -> int:
        names = [json.loads(message)["headers"]["task"] for message in get_redis().lrange(key, 0, -1)]
        return sum(name.startswith("migration.") for name in names)

    get_redis().delete(key)
    yield count
    get_redis().delete(key)


@pytest.fixture
def dead_broker():
    """Point Celery at an address nobody listens on."""
    from veri.celery import app

    before = app.conf.broker_url
    app.conf.broker_url = app.conf.broker_write_url = f"redis://127.0.0.1:{DEAD_PORT}/0"
    app._pool = app.amqp._producer_pool = None
    yield
    app.conf.broker_url = app.conf.broker_write_url = before
    app._pool = app.amqp._producer_pool = None


@pytest.fixture
def dead_mongo(settings):
    from veri.platform.connections import mongo

    settings.MONGODB_URIS = [f"mongodb://127.0.0.1:{DEAD_PORT}/veri"]
    living, mongo._connector = mongo._connector, None
    yield
    mongo.close()
    mongo._connector = living


@pytest.fixture
def dead_redis(settings):
    from veri.platform.connections import redis

    settings.REDIS_URLS = [f"redis://127.0.0.1:{DEAD_PORT}/0"]
    redis.close()
    yield
    redis.close()


def put(name: str, stage: str, **fields) -> Dataset:
    """Set a dataset's route row as if it had climbed; for pages, not for the engine."""
    came_from = fields.pop("came_from", "verify" if stage in ("paused", "rolled_back") else "")
    Dataset.objects.filter(name=name).update(
        stage=stage, came_from=came_from, is_capturing=stage != "off", stage_changed_at=timezone.now(), **fields
    )
    return Dataset.objects.get(name=name)


def step_address(dataset: str, step: str) -> str:
    return reverse("admin:dataset_step", args=[dataset, step])


def page_address(dataset: str) -> str:
    return reverse("admin:dataset_page", args=[dataset])


def get_blocks(client, dataset: str) -> dict[str, str]:
    """Return why each button of a dataset's page is disabled."""
    groups = client.get(page_address(dataset)).context["groups"]
    return {button.step: button.blocked for buttons in groups.values() for button in buttons}


def take(client, dataset: str, step: str, **data):
    """Open the step's page, then confirm what it shows."""
    hidden = dict(client.get(step_address(dataset, step)).context["hidden"])
    return client.post(step_address(dataset, step), {**hidden, "reason": "a test", **data}, follow=True)


def get_route(name: str = "interactions") -> tuple[str, int, int]:
    """Return what must not change when a step is refused."""
    dataset = Dataset.objects.get(name=name)
    return dataset.stage, dataset.epoch, AuditEntry.objects.count()
