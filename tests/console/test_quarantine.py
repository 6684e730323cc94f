import pytest
from django.urls import reverse
from django.utils import timezone

from migration.errors import ReasonMissing
from migration.models import Dataset, OutboxRow
from migration.services.quarantine import purge_quarantined, retry_quarantined
from tests.conftest import NOW
from tests.console.conftest import drain, list_messages
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db
LIST = reverse("admin:migration_outboxrow_changelist")


@pytest.fixture
def rows():
    """Two rows in quarantine and one that waits."""

    def make(key, **fields):
        return OutboxRow.objects.create(dataset="interactions", key=key, scope=1, version=key, operation="u", **fields)

    return [make(1, quarantined_at=NOW, error="text is no text"), make(2, quarantined_at=NOW, error="too big"), make(3)]


def act(service, rows, reason="a test"):
    return service(row_ids=[row.pk for row in rows], actor="test", reason=reason, now=timezone.now())


def test_retry_lets_the_relay_take_the_rows_again(rows):
    result = act(retry_quarantined, rows)
    assert (result.done, result.skipped) == (2, 1)
    assert list(OutboxRow.objects.order_by("key").values_list("key", "quarantined_at", "error")) == [
        (1, None, ""),
        (2, None, ""),
        (3, None, ""),
    ]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_id, entry.before["count"]) == ("migration.quarantine.retry", "interactions", 2)


def test_retried_rows_reach_mongo(verified, mongo):
    mongo.interactions.delete_one({"_id": verified[0].pk})
    row = OutboxRow.objects.create(
        dataset="interactions", key=verified[0].pk, scope=1, version=1, operation="u", quarantined_at=NOW, error="x"
    )
    assert drain() == 0
    act(retry_quarantined, [row])
    assert drain() == 1
    assert mongo.interactions.find_one({"_id": verified[0].pk})["text"] == "hello 0"


def test_purge_deletes_quarantined_rows_only(rows):
    result = act(purge_quarantined, rows)
    assert (result.done, result.skipped) == (2, 1)
    assert list(OutboxRow.objects.values_list("key", flat=True)) == [3]
    assert AuditEntry.objects.get().before["rows"][0] == {"key": 1, "error": "text is no text"}


def test_purge_leaves_rows_of_a_dataset_that_is_read_from_mongo(rows):
    Dataset.objects.filter(name="interactions").update(stage="cutover", is_capturing=True)
    result = act(purge_quarantined, rows)
    assert (result.done, result.skipped) == (0, 3)
    assert OutboxRow.objects.count() == 3


@pytest.mark.parametrize("service", [retry_quarantined, purge_quarantined])
def test_no_reason_changes_nothing(rows, service):
    with pytest.raises(ReasonMissing):
        act(service, rows, reason=" ")
    assert (OutboxRow.objects.exclude(quarantined_at=None).count(), AuditEntry.objects.count()) == (2, 0)


def test_action_asks_for_a_reason_before_it_acts(console, rows):
    chosen = {"action": "purge_selected", "_selected_action": [row.pk for row in rows]}
    page = console.post(LIST, chosen)
    assert page.templates[0].name == "console/confirm.html"
    assert OutboxRow.objects.count() == 3

    hidden = {
        name: [value for key, value in page.context["hidden"] if key == name] for name, _ in page.context["hidden"]
    }
    response = console.post(LIST, {**hidden, "reason": "they are lost"}, follow=True)

    assert list_messages(response) == ["Purge: 2 done, 1 skipped."]
    assert AuditEntry.objects.get().reason == "they are lost"


def test_action_is_not_there_without_the_permission(client, onlooker, rows):
    client.force_login(onlooker)
    page = client.get(LIST)
    assert page.status_code == 200
    assert b"purge_selected" not in page.content
    data = {"action": "purge_selected", "_selected_action": [rows[0].pk], "confirmed": "yes", "reason": "try"}
    client.post(LIST, data)
    assert (OutboxRow.objects.count(), AuditEntry.objects.count()) == (3, 0)
