"""Messages know where they stand in their conversations, whatever order they arrive in."""

from datetime import timedelta

import pytest

from memory.models import Utterance
from memory.queries.conversations import drop_speakers, find_near_utterances, find_speakers
from memory.services.realignment import realign_memories
from tests.conftest import NOW
from tests.memory.conftest import form, make_creator, say

MINUTE = timedelta(minutes=1)


def talk(creator, text, *, at=0, author="Mara Lund", channel="team", **fields):
    return say(creator, text, at=NOW + at * MINUTE, author=author, channel=channel, **fields)


def list_positions(creator):
    rows = Utterance.objects.filter(creator=creator).order_by("conversation", "position")
    return [(one.conversation, one.interaction_id, one.position) for one in rows]


def test_message_of_a_channel_is_kept_with_its_kind(creator):
    said = talk(creator, "Did the oven arrive yesterday, or last week?")
    form(creator)
    (kept,) = Utterance.objects.values(
        "interaction_id", "conversation", "position", "speaker", "length", "is_question", "times"
    )
    assert kept == {
        "interaction_id": said.pk,
        "conversation": "chat:team",
        "position": 1,
        "speaker": "mara",
        "length": 5,
        "is_question": True,
        "times": 2,
    }


@pytest.mark.parametrize(
    "fields",
    [{"channel": ""}, {"type": "comment"}, {"author": ""}, {"author": "…"}, {"text": " "}],
    ids=["no channel", "no message", "no author", "no name", "no text"],
)
def test_what_is_no_message_is_not_kept(creator, fields):
    talk(creator, **{"text": "Hello there"} | fields)
    form(creator)
    assert not Utterance.objects.exists()


def test_positions_follow_time_and_jump_at_a_pause(creator):
    first, second = talk(creator, "one", at=0), talk(creator, "two", at=1)
    later = talk(creator, "three", at=1 + 361)
    other = talk(creator, "elsewhere", at=2, channel="sales")
    form(creator)
    assert list_positions(creator) == [
        ("chat:sales", other.pk, 1),
        ("chat:team", first.pk, 1),
        ("chat:team", second.pk, 2),
        ("chat:team", later.pk, 102),
    ]


def test_late_and_early_messages_take_their_place(creator):
    middle = talk(creator, "middle", at=10)
    form(creator, middle)
    last = talk(creator, "last", at=20)
    form(creator, last)
    first, between = talk(creator, "first", at=0), talk(creator, "between", at=15)
    form(creator, between)
    form(creator, first)
    expected = [(first, 1), (middle, 2), (between, 3), (last, 4)]
    assert list_positions(creator) == [("chat:team", one.pk, position) for one, position in expected]


def test_running_again_changes_nothing(creator):
    talk(creator, "one"), talk(creator, "two", at=1)
    form(creator)
    before = list(Utterance.objects.order_by("pk").values())
    form(creator)
    assert list(Utterance.objects.order_by("pk").values()) == before


def test_message_that_is_gone_leaves_the_conversation(creator):
    gone, kept = talk(creator, "one"), talk(creator, "two", at=1)
    form(creator)
    gone.delete()
    realign_memories(creator_id=creator.pk, now=NOW)
    assert list_positions(creator) == [("chat:team", kept.pk, 2)]


def test_two_messages_to_each_side_are_near_and_nobody_elses(creator):
    said = [talk(creator, f"word {number}", at=number) for number in range(7)]
    other = make_creator("pixelforge")
    foreign = talk(other, "word 3", at=3)
    form(creator)
    form(other)
    near = find_near_utterances(creator_id=creator.pk, interaction_ids=[said[3].pk, foreign.pk])
    assert [one.interaction_id for one in near] == [one.pk for one in said[1:6]]
    assert find_near_utterances(creator_id=creator.pk, interaction_ids=[]) == []


@pytest.mark.parametrize(
    ("question", "speakers", "rest"),
    [
        ("What did Mara bake?", {"mara"}, "What did bake?"),
        ("What is Mara's plan for Kai?", {"mara", "kai"}, "What is plan for"),
        ("Mara?", {"mara"}, "Mara?"),
        ("What did Nobody bake?", set(), "What did Nobody bake?"),
        ("", set(), ""),
    ],
)
def test_who_speaks_is_found_in_a_question(creator, question, speakers, rest):
    talk(creator, "one"), talk(creator, "two", author="kai")
    talk(make_creator("pixelforge"), "three", author="Nobody")
    form(creator)
    found = find_speakers(creator_id=creator.pk, question=question)
    assert found == speakers
    assert drop_speakers(question, found) == rest
