from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from memory.models import Memory, MemoryConflict, MemoryEvidence, Signal
from tests.conftest import NOW
from tests.console.conftest import list_messages, make_interactions
from veri.platform.ops.models import AuditEntry


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


def test_memories_are_pinned_with_a_reason(console, creator):
    memory = make_memory(creator, "Porto", days=1)
    address = reverse("admin:memory_memory_changelist")
    chosen = {"action": "pin_selected", "_selected_action": [memory.pk]}
    asked = console.post(address, chosen)
    assert "kept at full weight" in asked.content.decode()
    assert console.post(address, {**chosen, "confirmed": "yes", "reason": ""}).status_code == 200
    assert not Memory.objects.get().is_pinned
    done = console.post(address, {**chosen, "confirmed": "yes", "reason": "identity"}, follow=True)
    assert list_messages(done) == ["1 pinned, 0 were so already."]
    assert Memory.objects.get().is_pinned
    assert AuditEntry.objects.get().reason == "identity"


@pytest.fixture
def doubt(creator):
    for value, days in (("Faro", 1), ("Porto", 2)):
        make_memory(creator, value, days=days)
    Memory.objects.update(is_slot=False)
    return MemoryConflict.objects.create(
        creator=creator, kind="statements", key="k", subject="creator", predicate="home", first_value="Faro",
        second_value="Porto", recorded_at=NOW,
    )  # fmt: skip


def test_contradiction_is_shown_with_both_sides_and_decided_with_a_reason(console, doubt):
    page = console.get(reverse("admin:memory_memoryconflict_change", args=[doubt.pk]))
    assert [one.value for one in page.context["sides"]] == ["Faro", "Porto"]
    address = reverse("admin:memory_memoryconflict_changelist")
    chosen = {"action": "keep_second", "_selected_action": [doubt.pk]}
    assert "marked superseded" in console.post(address, chosen).content.decode()
    given = {**chosen, "confirmed": "yes", "reason": "asked"}
    assert list_messages(console.post(address, given, follow=True)) == ["1 resolved, 0 were resolved already."]
    assert list_messages(console.post(address, given, follow=True)) == ["0 resolved, 1 were resolved already."]
    states = dict(Memory.objects.values_list("value", "state"))
    assert states == {"Faro": "superseded", "Porto": "active"}
    assert AuditEntry.objects.filter(action="memory.conflict_resolved").count() == 1


def test_onlooker_decides_nothing(client, onlooker, doubt):
    onlooker.user_permissions.set(Permission.objects.filter(codename__in=["view_memoryconflict", "view_memory"]))
    client.force_login(onlooker)
    address = reverse("admin:memory_memoryconflict_changelist")
    given = {"action": "keep_first", "_selected_action": [doubt.pk], "confirmed": "yes", "reason": "r"}
    client.post(address, given)
    pin = {"action": "pin_selected", "_selected_action": [Memory.objects.first().pk], "confirmed": "yes", "reason": "r"}
    client.post(reverse("admin:memory_memory_changelist"), pin)
    assert MemoryConflict.objects.get().state == "open"
    assert not Memory.objects.filter(is_pinned=True).exists()
    assert not AuditEntry.objects.exists()
