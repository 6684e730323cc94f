"""A web worker that dies is replaced; the server lives on."""

import os
import signal

import psutil
import pytest

from tests.faults.conftest import wait_until
from tests.faults.test_stores_away import start, wait_until_alive  # noqa: F401  start is a fixture

pytestmark = [pytest.mark.xdist_group("killing"), pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_killed_web_worker_is_replaced(start, number):  # noqa: F811  the fixture
    web = start("web")
    wait_until_alive(web.address)
    master = psutil.Process(web.get_pid("web"))
    (worker,) = master.children()

    os.kill(worker.pid, number)

    wait_until(lambda: [one.pid for one in master.children()] not in ([], [worker.pid]), seconds=30)
    wait_until_alive(web.address)
    assert master.is_running()
