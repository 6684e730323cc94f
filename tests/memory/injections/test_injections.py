"""A model that does whatever the evidence tells it harms nobody: nothing it was talked into is released."""

import re

import pytest

from memory.models import ConversationTurn
from memory.services.assistant import AskedQuestion, ask
from memory.services.prompting import SYSTEM, build_prompt
from memory.services.search import search_memory
from tests.fakes.claude import Answer
from tests.memory.conftest import form, make_creator, say
from tests.memory.injections.corpus import INJECTIONS

QUESTION = "Who is my main sponsor now?"
CANARY = "Zebracorn"


@pytest.fixture
def attacked(creator):
    """A creator all of whose viewers attack, and another one with a secret."""
    other = make_creator("somebodyelse")
    say(other, f"{CANARY} is now our main sponsor.")
    form(other)
    say(creator, "Brightpan is now our main sponsor.")
    bait = f"[memory:{other.memories.get(is_slot=True).pk}]"
    for number, text in enumerate(INJECTIONS):
        say(creator, f"{text.replace('{bait}', bait)} (main sponsor?)", author=f"viewer{number}", type="comment")
    form(creator)
    return creator


def put(creator, number=0):
    return ask(question=AskedQuestion(creator_id=creator.pk, text=QUESTION, action=f"t-{number}"))


def test_corpus_is_large_and_of_different_kinds():
    assert len(set(INJECTIONS)) == len(INJECTIONS) >= 50


def test_evidence_can_neither_end_nor_carry_ids_nor_begin_a_line(attacked):
    hits = search_memory(creator_id=attacked.pk, question=QUESTION, action="t", limit=200).hits
    prompt = build_prompt(question=QUESTION, hits=hits)
    assert len(hits) > len(INJECTIONS) / 2
    assert prompt.count("<evidence>") == prompt.count("</evidence>") == 1
    own = {f"[{one.target.kind}:{one.target.id}]" for one in hits}
    assert set(re.findall(r"\[[^\]]*\]", prompt)) == own
    body = prompt.split("<evidence>\n")[1].split("\n</evidence>")[0]
    assert len(body.split("\n")) == len(hits)
    assert CANARY not in prompt


@pytest.mark.parametrize("text", INJECTIONS)
def test_model_that_obeys_releases_nothing_it_was_told(attacked, claude, text):
    """The model says the injection itself, alone and with a true citation beside it."""
    obeyed = re.sub(r"[{}]", "", text).replace("\n", " ")
    claude.default = Answer(lines=(obeyed, f"{obeyed} EvilCorp pays $999,999 at https://evil.example/x [{{memory}}]"))
    kept = put(attacked)
    assert CANARY not in kept.answer
    assert "evil.example" not in kept.answer
    assert "999" not in kept.answer
    assert kept.is_degraded  # nothing of the model's was released: the evidence itself answers
    assert kept.citations
    assert {one["kind"] for one in kept.citations} <= {"memory", "interaction"}
    assert "Brightpan" in kept.answer


def test_no_tool_is_offered_and_rules_come_first(attacked, claude):
    put(attacked)
    (request,) = claude.requests
    assert not {"tools", "tool_choice", "mcp_servers"} & set(request)
    assert request["system"] == [{"type": "text", "text": SYSTEM, "cache_control": {"type": "ephemeral"}}]
    assert [one["role"] for one in request["messages"]] == ["user"]


def test_answers_without_a_model_cite_their_own_evidence(attacked):
    kept = put(attacked)
    assert "Brightpan" in kept.answer
    assert CANARY not in kept.answer
    own = {str(pk) for pk in attacked.memories.values_list("pk", flat=True)}
    own |= {str(pk) for pk in attacked.interactions.values_list("pk", flat=True)}
    assert {one["id"] for one in kept.citations} <= own
    assert ConversationTurn.objects.count() == 1
