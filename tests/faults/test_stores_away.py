"""A store that is away: a clear answer where it is needed, no loss where it is not."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from django.utils import timezone
from knox.models import AuthToken

from creators.models import Creator, Interaction, User
from memory.models import Memory
from tests.faults.conftest import HANDLE, build_variables, wait_until
from veri.demo.processes import Processes
from veri.platform.events.models import Delivery, DeliveryState
from veri.platform.events.services.maintain import sweep_deliveries

pytestmark = [pytest.mark.xdist_group("killing"), pytest.mark.faults, pytest.mark.django_db(transaction=True)]
DEAD = "127.0.0.1:1"
BODY = {
    "interactions": [
        {
            "creator": HANDLE,
            "platform": "chat",
            "external_id": "1",
            "type": "message",
            "author": HANDLE,
            "text": "My rate for a story is now $300.",
            "occurred_at": "2026-05-01T10:00:00Z",
        }
    ]
}


@pytest.fixture
def start(tmp_path, settings) -> Iterator[Callable[..., Processes]]:
    """Start a process with some variables changed."""
    started: list[Processes] = []

    def start_one(name: str, **changed: str) -> Processes:
        variables = build_variables(mongo_url=settings.MONGODB_URIS[0]) | changed
        processes = Processes(logs=tmp_path / str(len(started)), variables=variables)
        started.append(processes)
        processes.start(name)
        return processes

    yield start_one
    for processes in started:
        processes.kill_all()


@pytest.fixture
def headers() -> dict[str, str]:
    owner = User.objects.create_user(username="owner", password="correct-horse-battery")
    now = timezone.now()
    Creator.objects.create(owner=owner, handle=HANDLE, created_at=now, updated_at=now)
    return {"Authorization": f"Token {AuthToken.objects.create(user=owner)[1]}"}


def wait_until_alive(address: str) -> None:
    def is_alive() -> bool:
        try:
            return httpx.get(f"{address}/health/live", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    wait_until(is_alive, seconds=30)


def test_postgres_away_is_503_with_retry_after(start, headers):
    web = start("web", DATABASE_URL=f"postgres://postgres@{DEAD}/veri")
    wait_until_alive(web.address)

    answer = httpx.get(f"{web.address}/api/v1/creators", headers=headers, timeout=20)

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"] == "/problems/store-unavailable"
    assert httpx.get(f"{web.address}/health/ready", timeout=20).status_code == 503


def test_redis_away_loses_nothing_and_work_goes_on_when_it_is_back(start, headers):
    web = start("web", REDIS_URL=f"redis://{DEAD}/0")
    wait_until_alive(web.address)

    taken = httpx.post(f"{web.address}/api/v1/interactions", json=BODY, headers=headers, timeout=20)
    asked = httpx.post(
        f"{web.address}/api/v1/assistant/chat",
        json={"creator": HANDLE, "question": "What is my rate?"},
        headers=headers,
        timeout=20,
    )

    assert (taken.status_code, taken.json()["created"]) == (200, 1)
    assert (asked.status_code, asked.json()["citations"]) == (200, [])
    assert Delivery.objects.get(subscriber="memory.formation").state == DeliveryState.PENDING
    start("worker")
    wait_until(lambda: sweep_deliveries(now=timezone.now()) >= 0 and Memory.objects.exists(), seconds=40)
    assert Memory.objects.get().value == "$300"
    assert Interaction.objects.count() == 1
