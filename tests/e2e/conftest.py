"""A real stack on the test database, and a real Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.conf import settings as django_settings
from django.db import connection

from creators.models import User
from tests.faults.conftest import build_variables
from veri.demo.processes import Processes
from veri.platform.connections.redis import get_redis

T = TypeVar("T")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "correct-horse-battery"


@pytest.fixture(autouse=True)
def _copies_end(ending_copies) -> None:
    """Other processes change rows this one keeps copies of."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium; without one the test says so and is skipped."""
    found = os.environ.get("CHROMIUM") or next((path for name in NAMES if (path := shutil.which(name))), None)
    if not found:
        pytest.skip(
            f"no Chromium found (looked for {', '.join(NAMES)}; CHROMIUM names another): browser tests are skipped"
        )
    return found


@pytest.fixture
def processes(chromium, transactional_db, mongo, tmp_path) -> Iterator[Processes]:
    """Processes on this test process's stores; the tests start those they need."""
    get_redis().flushdb()
    User.objects.create_superuser("operator", password=PASSWORD)
    found = Processes(logs=tmp_path, variables=build_variables(mongo_url=django_settings.MONGODB_URIS[0]))
    yield found
    found.kill_all()


@pytest.fixture
def page(chromium):
    """Return a page of a browser; refused scripts and styles are errors of the page."""
    from playwright.sync_api import sync_playwright  # loads only where there is a browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        opened = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        opened.set_default_timeout(20_000)
        opened.refusals = []
        opened.on(
            "console",
            lambda said: opened.refusals.append(said.text) if "Content Security Policy" in said.text else None,
        )
        opened.on("pageerror", lambda error: opened.refusals.append(str(error)))
        yield opened
        browser.close()


def run_aside(work: Callable[[], T]) -> T:
    """Do database work in a thread: the browser's event loop occupies this one."""

    def closing() -> T:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as executor:
        return executor.submit(closing).result()
