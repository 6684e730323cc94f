"""Forming again from the event log: the same memories, whatever order they came in."""

from datetime import timedelta
from random import Random

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Value
from django.db.models.functions import Concat

from creators.models import Interaction
from creators.samples.generator import generate_samples
from creators.services.intake import take_in_items
from memory.models import (
    ConversationTurn,
    IndexedDocument,
    Memory,
    MemoryConflict,
    MemoryEvidence,
    MemoryVector,
    Posting,
    Signal,
)
from memory.services.formation import form_memories
from memory.services.replay import list_recorded_ids, replay_formation
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say

DAY = timedelta(days=1)


def list_rows():
    memories = list(Memory.objects.order_by("pk").values())
    return memories, list(MemoryEvidence.objects.order_by("pk").values()), Signal.objects.count()


def test_replay_of_a_year_in_another_order_finds_the_same(db):
    samples = generate_samples()
    handle = samples.creators[0].handle
    creator = make_creator(handle)
    take_in_items(items=[one for one in samples.items if one["creator"] == handle], acting_user=None, now=NOW)
    keys = list(Interaction.objects.order_by("pk").values_list("pk", flat=True))
    Random(5).shuffle(keys)  # noqa: S311  an order, no secret
    for start in range(0, len(keys), 150):
        form_memories(creator_id=creator.pk, interaction_ids=keys[start : start + 150], now=NOW)
    before = list_rows()
    result = replay_formation(creator_id=creator.pk, now=NOW + DAY)
    assert (result.is_same, result.interactions, result.memories) == (True, len(keys), Memory.objects.count())
    assert list_rows() == before


@pytest.fixture
def known(creator):
    for day, town in enumerate(("Porto", "Lisbon")):
        say(creator, f"I live in {town}.", at=NOW + day * DAY)
    say(creator, "The contract with Brightpan is signed.", platform="email")
    form(creator)
    return creator


def test_what_differs_is_told_and_brought_in_line(known):
    expected = {(one.value, one.state, one.strength) for one in Memory.objects.all()}
    kept = Memory.objects.get(value="Porto")
    lisbon = Memory.objects.get(value="Lisbon")
    Memory.objects.filter(predicate__startswith="campaign").delete()
    Memory.objects.filter(pk=lisbon.pk).update(text="@lumenkitchen lives in Rome.")
    before = list_rows()
    dry = replay_formation(creator_id=known.pk, now=NOW, is_dry_run=True)
    assert (len(dry.missing), len(dry.surplus), len(dry.different)) == (1, 0, 1)
    assert list_rows() == before
    assert replay_formation(creator_id=known.pk, now=NOW) == dry
    assert {(one.value, one.state, one.strength) for one in Memory.objects.all()} == expected
    assert Memory.objects.get(value="Lisbon").text == "@lumenkitchen lives in Lisbon."
    assert Memory.objects.get(pk=kept.pk).superseded_by.value == "Lisbon"
    assert replay_formation(creator_id=known.pk, now=NOW).is_same


def test_surplus_memory_leaves(known):
    foreign = Memory.objects.get(value="Lisbon")
    foreign.pk, foreign.content_hash, foreign.predicate, foreign.is_slot = None, "x", "invented", False
    foreign.save()
    assert replay_formation(creator_id=known.pk, now=NOW).surplus == ("x",)
    assert not Memory.objects.filter(predicate="invented").exists()


def test_pins_and_dormancy_are_no_difference(known):
    Memory.objects.filter(value="Lisbon").update(is_pinned=True, state="dormant")
    assert replay_formation(creator_id=known.pk, now=NOW).is_same
    assert Memory.objects.filter(is_pinned=True, state="dormant").count() == 1


def test_log_gives_the_order_and_the_table_what_the_log_has_forgotten(creator):
    old = say(creator, "I live in Porto.")
    item = {"creator": creator.handle, "platform": "chat", "type": "message", "occurred_at": "2026-05-01T09:00:00Z"}
    bodies = [{**item, "external_id": str(number), "text": f"note {number}"} for number in (1, 2)]
    for body in reversed(bodies):
        take_in_items(items=[body], acting_user=None, now=NOW)
    first, second = Interaction.objects.exclude(pk=old.pk).order_by("pk").values_list("pk", flat=True)
    assert list_recorded_ids(creator_id=creator.pk) == [old.pk, first, second]


def test_command_says_what_it_found(known, capsys):
    call_command("replay_formation", "--creator", "@LumenKitchen")
    assert "3 interactions give 3 memories: the same as stored." in capsys.readouterr().out
    Memory.objects.filter(value="Porto").delete()
    call_command("replay_formation", "--creator", "lumenkitchen", "--dry-run")
    assert "nothing was changed" in capsys.readouterr().out
    assert not Memory.objects.filter(value="Porto").exists()
    with pytest.raises(CommandError, match="There is no creator @nobody"):
        call_command("replay_formation", "--creator", "nobody")
    assert ConversationTurn.objects.count() == MemoryConflict.objects.count() == 0


def test_index_is_brought_in_line_with_todays_analysis(known, capsys):
    before = set(Posting.objects.values_list("kind", "target_id", "term", "frequency", "length"))
    vectors = list(MemoryVector.objects.order_by("pk").values_list("pk", flat=True))
    Posting.objects.filter(kind="memory").update(term=Concat(Value("old-"), "term"))
    IndexedDocument.objects.update(length=99)
    call_command("reindex", "--creator", "lumenkitchen")
    assert "@lumenkitchen: 6 documents." in capsys.readouterr().out
    assert set(Posting.objects.values_list("kind", "target_id", "term", "frequency", "length")) == before
    assert not IndexedDocument.objects.filter(length=99).exists()
    assert list(MemoryVector.objects.order_by("pk").values_list("pk", flat=True)) == vectors
    with pytest.raises(CommandError, match="There is no creator nobody"):
        call_command("reindex", "--creator", "nobody")
