from datetime import timedelta

import pytest
from django.db import connection

from memory.models import IndexedDocument, Memory, MemoryEvidence, MemoryVector, Posting, Signal
from memory.services.realignment import list_creators_out_of_line, realign_memories
from memory.tasks import realign_task
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say

DAY = timedelta(days=1)


def test_memory_without_evidence_leaves_with_its_index(creator):
    said = say(creator, "I live in Lisbon.")
    form(creator)
    said.delete()
    result = realign_memories(creator_id=creator.pk, now=NOW)
    assert (result.removed, result.weakened, result.unindexed) == (1, 0, 2)
    assert [one.objects.count() for one in (Memory, IndexedDocument, Posting, MemoryVector)] == [0, 0, 0, 0]


def test_memory_that_lost_some_evidence_is_recounted(creator):
    first, second = say(creator, "I live in Lisbon."), say(creator, "I live in Lisbon.", at=NOW + DAY)
    form(creator)
    first.delete()
    result = realign_memories(creator_id=creator.pk, now=NOW)
    memory = Memory.objects.get()
    assert (result.removed, result.weakened) == (0, 1)
    assert (memory.strength, memory.latest_evidence, memory.valid_from) == (1, [second.pk], NOW + DAY)


def test_value_that_lost_its_evidence_gives_its_time_back(creator):
    said = [say(creator, f"I live in {town}.", at=NOW + day * DAY) for day, town in enumerate(("Porto", "Lisbon"))]
    form(creator)
    said[1].delete()
    realign_memories(creator_id=creator.pk, now=NOW)
    memory = Memory.objects.get()
    assert (memory.value, memory.state, memory.valid_to, memory.superseded_by) == ("Porto", "active", None, None)


def test_realigning_again_changes_nothing(creator):
    said = [
        say(creator, f"I live in {town}.", at=NOW + day * DAY) for day, town in enumerate(("Porto", "Faro", "Porto"))
    ]
    form(creator)
    said[1].delete()
    realign_memories(creator_id=creator.pk, now=NOW)
    before = list(Memory.objects.values())
    result = realign_memories(creator_id=creator.pk, now=NOW)
    assert (result.removed, result.weakened, result.unindexed) == (0, 0, 0)
    assert list(Memory.objects.values()) == before
    assert (before[0]["strength"], before[0]["state"], len(before)) == (2, "active", 1)


def test_task_finds_the_creators_out_of_line(creator):
    other = make_creator("pixelforge")
    for one in (creator, other):
        say(one, "I live in Lisbon.")
        form(one)
    other.interactions.all().delete()
    assert list_creators_out_of_line() == [other.pk]
    assert realign_task() == 1
    assert list_creators_out_of_line() == []
    assert Memory.objects.get().creator_id == creator.pk


@pytest.mark.django_db(transaction=True)
def test_plain_delete_takes_its_evidence_along_and_the_memory_follows():
    creator = make_creator("lumenkitchen")
    say(creator, "I live in Lisbon.")
    form(creator)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM creators_interaction")
    assert (Signal.objects.count(), MemoryEvidence.objects.count()) == (0, 0)
    assert realign_task() == 1
    assert [one.objects.count() for one in (Memory, IndexedDocument, Posting, MemoryVector)] == [0, 0, 0, 0]


def test_interaction_without_memories_leaves_the_index_too(creator):
    say(creator, "I live in Lisbon.")
    said = say(creator, "Zanzibar smells of cloves.")
    form(creator)
    said.delete()
    assert list_creators_out_of_line() == [creator.pk]
    assert realign_memories(creator_id=creator.pk, now=NOW).unindexed == 1
    assert list_creators_out_of_line() == []
