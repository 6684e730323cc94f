"""Observations: few, proven by at least five, superseded as proof grows, and nothing to formation."""

from datetime import timedelta

import pytest

from creators.models import ContentItem
from memory.models import Memory, MemoryEvidence
from memory.services.assistant import AskedQuestion, ask
from memory.services.consolidation import consolidate_observations
from memory.services.realignment import realign_memories
from memory.services.replay import replay_formation
from memory.tasks import consolidate_task
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say

pytestmark = pytest.mark.django_db(transaction=True)
ENDINGS = ("before baking", "in winter", "for pizza", "without yeast", "with rye", "on a stone", "at night")


def question(creator, number, **fields):
    text = f"How long do you proof the sourdough {ENDINGS[number % 7]}, batch {number}?"
    given = {"platform": "youtube", "type": "comment", "author": f"viewer{number}", "external_id": f"q{number}"}
    return say(creator, fields.pop("text", text), at=NOW + timedelta(minutes=number), **{**given, **fields})


def ask_many(creator, numbers, **fields):
    form(creator, *[question(creator, number, **fields) for number in numbers])


def consolidate(creator):
    return consolidate_observations(creator_id=creator.pk, now=NOW)


def list_observations(creator, **wanted):
    found = Memory.objects.filter(creator=creator, predicate__startswith="observation", **wanted)
    return [(one.subject, one.predicate, one.value, one.state, one.strength) for one in found.order_by("pk")]


def test_five_people_make_an_observation_that_answers_with_its_proofs(creator):
    ask_many(creator, range(4))
    assert consolidate(creator).observations == 0
    ask_many(creator, [4])
    assert consolidate(creator).changed == 1
    assert list_observations(creator) == [("cooking", "observation asked about", "at least 5", "active", 5)]
    memory = Memory.objects.get(predicate="observation asked about")
    rests = MemoryEvidence.objects.filter(memory=memory).values_list("interaction_id", flat=True)
    assert set(rests) == set(creator.interactions.values_list("pk", flat=True)) == set(memory.latest_evidence)
    assert (memory.type, memory.confidence, memory.valid_from) == ("content_knowledge", 0.5, NOW + timedelta(minutes=4))
    turn = ask(question=AskedQuestion(creator_id=creator.pk, text="What do viewers often ask about?", action="a"))
    assert turn.sentences[0] == {
        "text": "Viewers of @lumenkitchen ask about cooking: at least 5 of them did.",
        "citations": [{"kind": "memory", "id": str(memory.pk)}],
    }


def test_again_changes_nothing_and_growing_proof_supersedes(creator):
    ask_many(creator, range(7))
    consolidate(creator)
    kept = list(Memory.objects.order_by("pk").values())
    assert consolidate(creator).changed == 0
    assert list(Memory.objects.order_by("pk").values()) == kept
    ask_many(creator, range(7, 12))
    consolidate_task()
    assert list_observations(creator) == [
        ("cooking", "observation asked about", "at least 5", "superseded", 5),
        ("cooking", "observation asked about", "at least 10", "active", 10),
    ]
    old, new = Memory.objects.filter(predicate="observation asked about").order_by("pk")
    assert (old.superseded_by, old.valid_to) == (new, new.valid_from)


@pytest.mark.parametrize(
    "fields",
    [
        {"author": "onefan"},
        {"author": "lumenkitchen", "platform": "chat"},
        {"author": ""},
        {"text": "How long do you proof the sourdough?"},
        {"text": "sourdough sourdough https://x.example/?a=1"},
        {"platform": "chat"},
        {"platform": "email"},
    ],
    ids=["one person", "own words", "nobody", "one wording", "no question", "team chat", "mail"],
)
def test_junk_makes_no_observation(creator, fields):
    ask_many(creator, range(9), **fields)
    assert consolidate(creator).observations == 0
    assert list_observations(creator) == []


def test_observation_without_enough_proofs_ends_and_returns(creator):
    ask_many(creator, range(5))
    consolidate(creator)
    gone = creator.interactions.order_by("pk").first()
    gone.delete()
    realign_memories(creator_id=creator.pk, now=NOW)
    assert consolidate(creator).changed == 1
    assert [one[3] for one in list_observations(creator)] == ["superseded"]
    ask_many(creator, [5])
    assert consolidate(creator).changed == 1
    assert [one[3:] for one in list_observations(creator)] == [("active", 5)]


def test_replay_of_formation_leaves_observations_alone(creator):
    ask_many(creator, range(6))
    form(creator, say(creator, "I live in Lisbon now."))
    consolidate(creator)
    before = list_observations(creator)
    assert replay_formation(creator_id=creator.pk, now=NOW).is_same
    Memory.objects.exclude(predicate__startswith="observation").delete()
    assert not replay_formation(creator_id=creator.pk, now=NOW).is_same
    assert list_observations(creator) == before


def test_brands_are_brought_up_by_viewers_of_their_own_creator_only(creator):
    other = make_creator("pixelforge")
    for number in range(5):
        text = f"The contract with Brightpan suits your {ENDINGS[number]} stream"
        form(creator, say(creator, text, platform="twitch", type="channel.chat.message", author=f"fan{number}"))
    consolidate(creator)
    assert ("Brightpan", "observation brought up", "at least 5", "active", 5) in list_observations(creator)
    assert consolidate(other).observations == 0


def test_videos_of_a_topic_are_compared_with_all_others(creator):
    for number in range(11):
        told = say(creator, f"video {number}", platform="youtube", type="video", at=NOW + timedelta(days=number))
        ContentItem.objects.create(
            creator=creator, platform="youtube", external_id=f"v{number}", kind="video", title="t", interaction=told,
            topics=["baking"] if number < 5 else ["travel"], metrics={"views": 3_100 if number < 5 else 1_000},
            created_at=NOW, updated_at=NOW,
        )  # fmt: skip
    consolidate(creator)
    assert list_observations(creator) == [("baking", "observation does better", "3 times, at least 5", "active", 5)]
    ContentItem.objects.filter(topics=["travel"]).first().delete()
    ContentItem.objects.filter(topics=["travel"]).first().delete()
    consolidate(creator)  # four to compare with are too few
    assert [one[3] for one in list_observations(creator)] == ["superseded"]
