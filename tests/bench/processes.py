"""The real processes the end-to-end benches measure, and a client with a key of its own."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
from django.utils import timezone

from creators.models import User
from tests.bench.environment import ROOT, UNLIMITED
from veri.demo.processes import Processes
from veri.platform.http.scopes import list_scopes
from veri.platform.http.services.api_keys import create_api_key

WAIT_SECONDS = 120


@contextmanager
def running(*names: str) -> Iterator[tuple[Processes, str]]:
    """Start processes and yield them with the web's address."""
    processes = Processes(logs=ROOT / "log")
    try:
        for name in names:
            processes.start(name)
        yield processes, processes.wait_for_web()
    finally:
        processes.stop()


def create_key(owner: User) -> str:
    """Return the Authorization header of a new key whose rate is no limit here."""
    created = create_api_key(
        owner=owner,
        name="bench",
        scopes=list(list_scopes()),
        acting_user=owner,
        now=timezone.now(),
        rate_limit=UNLIMITED,
    )
    return f"Api-Key {created.credential}"


def open_client(*, address: str, authorization: str) -> httpx.Client:
    return httpx.Client(base_url=f"{address}/api/v1", timeout=60, headers={"Authorization": authorization})


def wait_until(is_done: Callable[[], bool], *, seconds: float = WAIT_SECONDS) -> float:
    """Return how long something took.

    Raises:
        TimeoutError: when it takes longer than two minutes.
    """
    started = time.perf_counter()
    while not is_done():
        if time.perf_counter() - started > seconds:
            raise TimeoutError
        time.sleep(0.02)
    return time.perf_counter() - started
