from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from creators.models import Interaction, InteractionStub
from memory.models import IndexedDocument, Memory, MemoryEvidence, MemoryVector, Posting, Signal, Utterance
from memory.queries.explanation import explain_memory
from memory.services.interaction_retention import empty_expired_interactions
from memory.services.replay import replay_formation
from tests.conftest import NOW
from tests.memory.conftest import form, say
from tests.migration.conftest import capturing, drain  # noqa: F401  a fixture
from veri.settings.decay import read_decay
from veri.settings.reader import EnvironmentReader

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {"INTERACTION_RETENTION_DAYS": "chat/message=30"}
LATER = NOW + timedelta(days=31)


@pytest.fixture
def policy(settings):
    settings.DECAY = replace(settings.DECAY, interactions=read_decay(EnvironmentReader(source=RULES)).interactions)


def test_stub_stays_and_the_memory_still_resolves(capturing, mongo, policy):  # noqa: F811  the fixture
    creator = capturing
    said = say(creator, "I live in Lisbon.", payload={"raw": "Lisbon"})
    mail = say(creator, "I live in Lisbon.", platform="email", at=NOW + timedelta(hours=1))
    form(creator)
    assert empty_expired_interactions(clock=lambda: NOW + timedelta(days=29)).emptied == 0
    assert empty_expired_interactions(clock=lambda: LATER).emptied == 1
    assert empty_expired_interactions(clock=lambda: LATER).emptied == 0
    drain()
    stored = Interaction.objects.get(pk=said.pk)
    assert (stored.text, stored.payload, stored.attachments, stored.author) == ("", {}, [], "lumenkitchen")
    stub = InteractionStub.objects.get()
    proof = sha256(b'I live in Lisbon.{"raw": "Lisbon"}').hexdigest()
    assert (stub.interaction_id, stub.cause, stub.digest, stub.emptied_at) == (said.pk, "policy", proof, LATER)
    gone = {"kind": "interaction", "target_id": said.pk}
    assert [one.objects.filter(**gone).count() for one in (IndexedDocument, Posting, MemoryVector)] == [0, 0, 0]
    assert not Signal.objects.filter(interaction=said).exists()
    assert not Utterance.objects.filter(interaction_id=said.pk).exists()
    document = mongo["interactions"].find_one({"_id": said.pk})
    assert (document["text"], document["terms"], mongo["interactions"].find_one({"_id": mail.pk})["text"]) == (
        "",
        [],
        "I live in Lisbon.",
    )
    memory = Memory.objects.get()
    found = explain_memory(memory_id=memory.pk, acting_user=creator.owner)
    assert [(one.text, one.emptied) for one in found.evidence] == [("I live in Lisbon.", ""), ("", "policy")]
    assert (memory.strength, MemoryEvidence.objects.count()) == (2, 2)


def test_replay_leaves_alone_what_cannot_be_formed_again(creator, policy):
    say(creator, "I live in Lisbon.")
    say(creator, "My favourite tea is Sencha.", platform="email")
    form(creator)
    empty_expired_interactions(clock=lambda: LATER)
    form(creator)
    assert replay_formation(creator_id=creator.pk, now=NOW).is_same
    assert sorted(Memory.objects.values_list("value", flat=True)) == ["Lisbon", "Sencha"]


def test_without_a_rule_everything_is_kept(creator):
    say(creator, "I live in Lisbon.")
    assert empty_expired_interactions(clock=lambda: NOW + timedelta(days=36_500)).emptied == 0
    assert InteractionStub.objects.count() == 0


@pytest.mark.parametrize(
    "written",
    [
        {"INTERACTION_RETENTION_DAYS": "fax=30"},
        {"INTERACTION_RETENTION_DAYS": "chat=0"},
        {"DECAY_DORMANT_BELOW": "1.5"},
        {"DECAY_ARCHIVED_BELOW": "0.9"},
        {"DECAY_PURGED_BELOW": "rates=0.1"},
    ],
)
def test_unusable_policies_are_named(written):
    reader = EnvironmentReader(source=written)
    read_decay(reader)
    assert len(reader.problems) == 1
    assert next(iter(written)) in reader.problems[0]


def test_policies_are_read_by_type():
    reader = EnvironmentReader(source={"DECAY_DORMANT_BELOW": "workflow=0.9,0.75", **RULES})
    found = read_decay(reader)
    assert (found.policies["workflow"].dormant_below, found.policies["creator_entity"].dormant_below) == (0.9, 0.75)
    (rule,) = found.interactions
    assert (rule.platform, rule.type, rule.kept, reader.problems) == ("chat", "message", timedelta(days=30), [])
