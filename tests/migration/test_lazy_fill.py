import pytest

from creators.models import Interaction
from creators.stores import MongoInteractionStore
from memory.stores.mongo_memories import MongoMemoryStore
from migration.models import OutboxRow
from migration.services.lazy_fill import MOST_KEYS, enqueue_missing, forget_asked, reading_bare
from tests.migration.conftest import drain, make_interaction

NAME = "interactions"


@pytest.fixture
def missing(capturing, mongo):
    """Three interactions, one of which MongoDB has lost."""
    forget_asked()
    Interaction.objects.bulk_create(make_interaction(capturing, str(number)) for number in range(3))
    drain()
    lost = Interaction.objects.get(external_id="1")
    mongo.interactions.delete_one({"_id": lost.pk})
    return lost


def read(missing: Interaction) -> dict:
    ids = list(Interaction.objects.values_list("pk", flat=True))
    return MongoInteractionStore().get_interactions(creator_id=missing.creator_id, ids=ids)


def test_what_mongo_lacks_is_read_from_postgres_and_brought_by_the_relay(missing, mongo):
    assert {one.external_id for one in read(missing).values()} == {"0", "1", "2"}

    assert OutboxRow.objects.values_list("key", "scope", "operation").get() == (missing.pk, missing.creator_id, "u")
    assert drain() == 1
    assert mongo.interactions.find_one({"_id": missing.pk})["external_id"] == "1"


def test_key_is_asked_for_once(missing):
    read(missing)
    read(missing)
    forget_asked()
    read(missing)

    assert OutboxRow.objects.count() == 1


def test_comparing_reads_see_what_is_missing_and_write_nothing(missing):
    with reading_bare():
        assert {one.external_id for one in read(missing).values()} == {"0", "2"}

    assert OutboxRow.objects.count() == 0


def test_keys_nobody_has_or_another_creators_stay_missing(missing):
    ids = [missing.pk, 999_999]

    assert MongoInteractionStore().get_interactions(creator_id=missing.creator_id + 1, ids=ids) == {}
    assert MongoMemoryStore().get_memories(creator_id=missing.creator_id, ids=[5]) == {}

    assert OutboxRow.objects.count() == 0


def test_one_read_asks_for_a_bounded_number_of_keys(capturing):
    forget_asked()
    Interaction.objects.bulk_create(make_interaction(capturing, str(number)) for number in range(MOST_KEYS + 20))
    drain()
    keys = list(Interaction.objects.values_list("pk", flat=True))

    assert enqueue_missing(dataset_name=NAME, keys=keys) == MOST_KEYS
    assert enqueue_missing(dataset_name=NAME, keys=keys) == 20
