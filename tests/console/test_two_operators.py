"""Two operators confirm at the same instant: one wins, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from migration.models import Dataset
from tests.console.conftest import step_address
from veri.platform.ops.models import AuditEntry


@pytest.mark.parametrize(("step", "action"), [("promote", "verify"), ("pause", "paused"), ("roll_back", "rolled_back")])
def test_one_of_two_wins(transactional_db, verified, operator, step, action):
    start = Barrier(2)
    before = Dataset.objects.get(name="interactions").epoch

    def confirm(_number: int) -> tuple[int, str]:
        client = Client()
        client.force_login(operator)
        address = step_address("interactions", step)
        hidden = dict(client.get(address).context["hidden"])
        start.wait()
        try:
            response = client.post(address, {**hidden, "reason": "at once"}, follow=True)
            return response.status_code, response.content.decode()  # contexts of two threads are mixed up
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = list(pool.map(confirm, range(2)))

    assert [status for status, _ in answers] == [200, 200]
    assert Dataset.objects.get(name="interactions").epoch == before + 1
    assert AuditEntry.objects.filter(action=f"migration.dataset.{action}").count() == 1
    words = ("refused. ", "skipped. ", "This is not what was shown before")
    told = [any(one in text for one in words) for _, text in answers]
    assert sorted(told) == [False, True]
