import pytest
from django.db import connection
from django.utils import timezone

from creators.models import Interaction
from migration.models import Dataset, OutboxRow
from migration.registry import get_spec, iterate_specs
from migration.services.backfill import run_backfill
from migration.services.datasets import cut_over_dataset
from migration.services.flags import set_flag
from migration.services.parity import check_parity
from migration.services.relay import relay_batch
from tests.conftest import NOW

NAMES = ["creator_profiles", "interactions", "memories", "memory_vectors"]


def drain():
    total = 0
    while (result := relay_batch(datasets=NAMES)).taken:
        total += result.taken
    return total


@pytest.mark.django_db(transaction=True)
def test_walk(creator, mongo):
    Interaction.objects.bulk_create(
        Interaction(creator=creator, platform="chat", external_id=str(i), type="message", text=f"hello {i}",
                    occurred_at=NOW, received_at=NOW, payload={"a": 1.10}) for i in range(50))
    assert OutboxRow.objects.count() == 0
    set_flag(name="USE_MONGO", is_on=True, actor="t", reason="go", now=timezone.now())
    for name in NAMES:
        run_backfill(name=name, actor="t", reason="go", clock=timezone.now, chunk=20)
    Interaction.objects.filter(external_id="3").update(text="changed")
    Interaction.objects.filter(external_id="4").delete()
    with connection.cursor() as c:
        c.execute("update creators_creator set bio='x'")
    assert drain() == 3
    run = check_parity(name="interactions", clock=timezone.now)
    assert (run.state, run.compared, run.mismatched) == ("clean", 49, 0)
    mongo.interactions.update_one({"external_id": "5"}, {"$set": {"text": "bent"}})
    mongo.interactions.delete_one({"external_id": "6"})
    run = check_parity(name="interactions", clock=timezone.now, recheck_seconds=1)
    assert sorted(run.mismatches.values_list("kind", flat=True)) == ["content", "missing"]
