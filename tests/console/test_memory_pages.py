from datetime import timedelta

from django.urls import reverse

from memory.models import Memory, MemoryEvidence, Signal
from tests.conftest import NOW
from tests.console.conftest import make_interactions


def make_memory(creator, value, *, days, **fields):
    return Memory.objects.create(
        creator=creator, type="creator_entity", subject="creator", predicate="home", value=value, is_slot=True,
        text=f"Lives in {value}.", content_hash=value, confidence=0.9, valid_from=NOW + timedelta(days=days),
        recorded_at=NOW, **fields,
    )  # fmt: skip


def test_memory_page_shows_evidence_signals_and_the_values_over_time(console, creator):
    newest = make_memory(creator, "Porto", days=9)
    middle = make_memory(creator, "Lisbon", days=5, superseded_by=newest, state="superseded")
    oldest = make_memory(creator, "Faro", days=1, superseded_by=middle, state="superseded")
    interactions = make_interactions(creator, 25)
    MemoryEvidence.objects.bulk_create(
        MemoryEvidence(memory=middle, interaction=one, occurred_at=NOW) for one in interactions
    )
    Memory.objects.filter(pk=middle.pk).update(strength=25)
    Signal.objects.create(
        creator=creator, interaction=interactions[-1], kind="topic", value="moving", extractor="t", recorded_at=NOW
    )

    response = console.get(reverse("admin:memory_memory_change", args=[middle.pk]))

    explanation = response.context["explanation"]
    assert (len(explanation.evidence), explanation.evidence_total) == (20, 25)
    assert [one.pk for one in explanation.chain] == [oldest.pk, middle.pk, newest.pk]
    assert [one.value for one in explanation.signals] == ["moving"]
    assert reverse("admin:creators_interaction_change", args=[interactions[-1].pk]) in response.content.decode()


def test_memories_are_searched_within_one_creator(console, creator):
    make_memory(creator, "Porto", days=1)
    address = reverse("admin:memory_memory_changelist")
    assert len(console.get(address, {"q": "@lumenkitchen porto"}).context["cl"].result_list) == 1
    assert len(console.get(address, {"q": "@somebody porto"}).context["cl"].result_list) == 0
