"""Two operators confirm at the same instant: one wins, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from migration.models import Dataset
from tests.console.conftest import list_messages, step_address
from veri.platform.ops.models import AuditEntry


@pytest.mark.parametrize(("step", "action"), [("promote", "verify"), ("pause", "paused"), ("roll_back", "rolled_back")])
def test_one_of_two_wins(transactional_db, verified, operator, step, action):
    start = Barrier(2)
    before = Dataset.objects.get(name="interactions").epoch

    def confirm(_number: int) -> tuple[int, list[str]]:
        client = Client()
        client.force_login(operator)
        address = step_address("interactions", step)
        hidden = dict(client.get(address).context["hidden"])
        start.wait()
        try:
            response = client.post(address, {**hidden, "reason": "at once"}, follow=True)
            return response.status_code, list_messages(response)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = list(pool.map(confirm, range(2)))

    assert [status for status, _ in answers] == [200, 200]
    assert Dataset.objects.get(name="interactions").epoch == before + 1
    assert AuditEntry.objects.filter(action=f"migration.dataset.{action}").count() == 1
    said = [message for _, messages in answers for message in messages]
    told = [one for one in said if "refused" in one or "skipped" in one or "not what was shown" in one]
    assert (len(said), len(told)) == (2, 1)
