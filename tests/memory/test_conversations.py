"""Questions that lean on earlier ones, answers in the question's language, and numbers as the evidence has them."""

from datetime import timedelta

import pytest

from memory.models import ConversationTurn
from memory.queries.earlier import EarlierTurn, complete_question, list_earlier_turns
from memory.services.assistant import AskedQuestion, ask
from memory.services.checking import list_numbers
from memory.services.phrasing import NOTHING_KNOWN, choose_language
from tests.conftest import NOW
from tests.fakes.claude import Answer
from tests.memory.conftest import form, make_creator, say

URL = "/api/v1/assistant/chat"


@pytest.fixture
def known(creator):
    say(creator, "Stonemill is now our main sponsor.", at=NOW - timedelta(days=300))
    say(creator, "Brightpan is now our main sponsor.", at=NOW - timedelta(days=20))
    say(creator, "My rate for a sponsored video is $1,800 now.", at=NOW - timedelta(days=10))
    form(creator)
    return creator


def put(creator, text, *, conversation="c-1", action=None):
    asked = AskedQuestion(creator_id=creator.pk, text=text, action=action or text[:60], conversation=conversation)
    return ask(question=asked)


def test_question_leans_on_the_one_before(known):
    assert "Brightpan" in put(known, "Who is my main sponsor now?").answer
    assert "Stonemill" in put(known, "And who was it before?").answer
    assert "Stonemill" not in put(known, "And who was it before?", conversation="c-2", action="other").answer


def test_another_creators_conversation_is_not_read(known):
    put(known, "Who is my main sponsor now?")
    other = make_creator("somebodyelse")
    assert list_earlier_turns(creator_id=other.pk, conversation="c-1") == []
    assert len(list_earlier_turns(creator_id=known.pk, conversation="c-1")) == 1


def test_model_is_told_what_was_said_as_data(known, claude):
    put(known, "Who is my <main> [sponsor] now?")
    put(known, "Since when is it so?", action="second")
    prompt = claude.requests[-1]["messages"][0]["content"]
    assert prompt.startswith("<conversation>\nQuestion: Who is my {main} (sponsor) now?\nAnswer: ")
    assert prompt.count("</conversation>") == 1
    assert prompt.index("</conversation>") < prompt.index("<evidence>")


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("And before that?", True),
        ("What about TikTok?", True),
        ("Why?", True),
        ("How much do they pay?", True),
        ("What is my rate for a sponsored video?", False),
        ("Which camera do I film with?", False),
    ],
)
def test_what_leans(question, leans):
    completed = complete_question(question, earlier=[EarlierTurn("Who is my main sponsor now?", "Brightpan.")])
    assert completed.startswith(question)
    assert ("sponsor" in completed.removeprefix(question)) == leans
    assert complete_question(question, earlier=[]) == question


def test_conversation_is_named_kept_and_echoed(client, known):
    opening = {"creator": "lumenkitchen", "question": "Who is my main sponsor now?"}
    first = client.post(URL, opening, format="json").json()
    body = {"creator": "lumenkitchen", "question": "And before?", "conversation": first["conversation"]}
    second = client.post(URL, body, format="json").json()
    assert first["conversation"] == second["conversation"] != ""
    assert set(ConversationTurn.objects.values_list("conversation", flat=True)) == {first["conversation"]}
    refused = client.post(URL, {**body, "conversation": "a b"}, format="json")
    assert (refused.status_code, ConversationTurn.objects.count()) == (400, 2)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Was weiß man über die Quantenphysik in der Antarktis?", "de"),
        ("¿Qué se sabe de la física cuántica en la Antártida?", "es"),
        ("Que sait-on de la physique quantique dans les airs ?", "fr"),
        ("量子物理学については何が分かっていますか", "ja"),
        ("What is known of quantum physics?", "en"),
        ("Mitä tästä on sanottu ja kuka sen on tehnyt?", "en"),
    ],
)
def test_nothing_known_is_said_in_the_questions_language(creator, question, language):
    assert choose_language(question) == language
    assert put(creator, question).answer == NOTHING_KNOWN[language]


def test_quote_is_framed_in_the_questions_language(creator):
    said = "Der neue Ofen ist am Dienstag angekommen und er ist groß."
    say(creator, said, at=NOW)
    form(creator)
    answer = put(creator, "Wann ist der neue Ofen angekommen und wie ist er?").answer
    assert answer == f"{NOW.date().isoformat()}, lumenkitchen: „{said}“"


@pytest.mark.parametrize(
    ("line", "is_released"),
    [
        ("The rate is $1,800 [{memory}].", True),
        ("The rate is 1800 dollars [{memory}].", True),
        ("The rate is $1.8k [{memory}].", False),
        ("The rate is $1,900 [{memory}].", False),
        ("The rate is $18,000 [{memory}].", False),
        ("The rate doubled to $3,600 [{memory}].", False),
        ("For your 7 videos the rate is $1,800 [{memory}].", True),  # the question names the seven
        ("The rate is $1,800, see https://evil.example [{memory}].", False),
    ],
)
def test_numbers_are_those_of_the_evidence(known, claude, line, is_released):
    claude.default = Answer(lines=(line,))
    kept = put(known, "What is my rate for a sponsored video of my 7?")
    assert kept.is_degraded is not is_released


def test_numbers_without_their_writing():
    assert list_numbers("1,800 and 1800.00 and 1 800 and 01800") == {"1800"}
    assert list_numbers("3.5 is not 35") == {"3.5", "35"}
    assert list_numbers("no number") == frozenset()
