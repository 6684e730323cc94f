"""Language models read sessions: one call each, metered once, and only what can be checked is kept."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from billing.models import Allowance, Reservation, UsageEvent
from creators.models import Interaction
from memory.errors import ProcessorUnavailable
from memory.models import Memory, ProcessedSession, Signal
from memory.queries.sessions import SessionSearch, list_due_sessions
from memory.services.processing import Batch, get_processor, list_session_processors
from memory.services.replay import replay_formation
from memory.services.sessions import MOST, PAUSE, process_sessions
from memory.services.sources import build_sources
from memory.tasks import process_sessions_task
from tests.conftest import NOW
from tests.fakes.claude import Answer, Cut, Overloaded, Refusal
from tests.fakes.ollama import drop, fail, send
from tests.fakes.ollama import say as let_say
from tests.memory.conftest import form, make_creator, say
from veri.platform.events.models import Event
from veri.platform.events.registry import find_subscriber

LATER = NOW + timedelta(hours=2)
QUOTE = "we always shoot two takes of everything"


def state(*ids, **changes):
    """Return one statement as a model gives it."""
    item = {
        "type": "workflow",
        "subject": "lumenkitchen",
        "predicate": "filming habit",
        "value": "two takes of everything",
        "text": "They always shoot two takes of everything.",
        "quote": QUOTE,
        "interaction_ids": list(ids),
    }
    return item | changes


def write(*statements):
    return json.dumps({"statements": list(statements)})


def answer(*statements, **fields):
    return Answer(lines=(write(*statements),), is_verbatim=True, part_size=200, **fields)


@pytest.fixture
def said(creator):
    first = say(creator, "Note for the new editor: we always shoot two takes of everything.", channel="team")
    second = say(creator, "And the light is from the left.", channel="team", author="mara")
    form(creator)
    return first, second


def describe_sessions():
    return list(ProcessedSession.objects.order_by("pk").values_list("state", "attempt", "accepted", "rejected"))


def test_statement_becomes_a_signal_and_a_memory_with_its_evidence(creator, said, claude):
    claude.script(answer(state(said[0].pk)))
    run = process_sessions(processor="claude", now=LATER)
    assert (run.read, run.postponed, run.signals) == (1, 0, 1)
    signal = Signal.objects.get(kind="statement")
    assert (signal.interaction_id, signal.extractor) == (said[0].pk, "claude:claude-haiku-5-5:1")
    assert signal.detail["quote"] == QUOTE
    event = Event.objects.get(name="signals.recorded")
    assert event.payload == {"creator_id": creator.pk, "interaction_ids": [said[0].pk]}
    subscriber = find_subscriber(event=event.name, name="memory.stated")
    subscriber.handle(payload=subscriber.join([event.payload]))
    memory = Memory.objects.get(predicate="filming habit")
    assert (memory.type, memory.value, memory.latest_evidence) == ("workflow", "two takes of everything", [said[0].pk])
    usage = UsageEvent.objects.get(source="formation")
    assert (usage.service, usage.state, usage.output_tokens) == ("claude", "metered", 40)
    assert describe_sessions() == [("done", 1, 1, {})]


def test_session_is_read_once_and_a_replay_asks_nobody(creator, said, claude):
    claude.script(answer(state(said[0].pk)))
    process_sessions(processor="claude", now=LATER)
    form(creator)
    assert process_sessions(processor="claude", now=LATER).read == 0
    assert replay_formation(creator_id=creator.pk, now=LATER).is_same
    assert Memory.objects.filter(predicate="filming habit").count() == 1
    assert len(claude.requests) == 1
    prompt = claude.requests[0]["messages"][0]["content"]
    assert f"[{said[0].pk}] 2026-11-01 12:00, lumenkitchen (the creator): Note for" in prompt


def test_what_cannot_be_checked_is_refused_item_by_item(creator, said, claude):
    first, second = (one.pk for one in said)
    claude.script(
        answer(
            state(first),
            state(first, interaction_ids=[first, 2**40]),
            state(first, quote="nobody ever wrote this"),
            state(second),
            state(first, value="12 takes of everything"),
            state(first, type="gossip"),
            state(first, predicate=""),
            {"statements": 1},
            "words",
            state(first, subject="a\0b"),
        )
    )
    assert process_sessions(processor="claude", now=LATER).signals == 1
    assert describe_sessions() == [
        ("done", 1, 1, {"shape": 5, "unknown_id": 1, "quote_not_found": 2, "number_not_found": 1})
    ]


def test_evidence_is_only_what_carries_the_quote(creator, said, claude):
    claude.script(answer(state(said[0].pk, said[1].pk)))
    process_sessions(processor="claude", now=LATER)
    assert list(Signal.objects.filter(kind="statement").values_list("interaction_id", flat=True)) == [said[0].pk]


@pytest.mark.parametrize("text", ["", "no json", '{"statements": [{"type": "work', "[]", '{"statements": 7}'])
def test_answer_that_is_none_is_metered_and_stores_nothing(creator, said, claude, text):
    claude.default = Answer(lines=(text,), is_verbatim=True)
    for attempt in range(3):
        run = process_sessions(processor="claude", now=LATER + attempt * 2 * PAUSE)
        assert (run.read, run.postponed, run.signals) == (0, 1, 0)
    assert process_sessions(processor="claude", now=LATER + 10 * PAUSE).read == 0
    assert [(one[0], one[1]) for one in describe_sessions()] == [("failed", 3)]
    assert ProcessedSession.objects.get().error.startswith("The model")
    assert UsageEvent.objects.filter(source="formation", state="metered").count() == len(claude.requests) == 3
    assert not Signal.objects.filter(kind="statement").exists()
    assert not Event.objects.filter(name="signals.recorded").exists()


def test_stream_that_is_cut_is_metered_and_read_again(creator, said, claude):
    claude.script(Cut(lines=(write(state(said[0].pk)),), is_verbatim=True), answer(state(said[0].pk)))
    assert process_sessions(processor="claude", now=LATER).postponed == 1
    assert not Signal.objects.filter(kind="statement").exists()
    assert process_sessions(processor="claude", now=LATER).read == 0
    assert process_sessions(processor="claude", now=LATER + PAUSE).signals == 1
    assert UsageEvent.objects.filter(source="formation").count() == 2
    assert describe_sessions() == [("done", 2, 1, {})]
    assert not Reservation.objects.filter(state="held").exists()


@pytest.mark.parametrize("script", [Overloaded(), Refusal(status=400, kind="invalid_request_error")])
def test_model_that_is_away_postpones(creator, said, claude, script):
    claude.default = script
    assert process_sessions(processor="claude", now=LATER).postponed == 1
    assert [one[0] for one in describe_sessions()] == ["waiting"]
    assert not Signal.objects.filter(kind="statement").exists()
    assert set(Allowance.objects.values_list("reserved", flat=True)) <= {0}


def test_without_budget_nobody_is_asked(creator, said, claude, settings):
    settings.MONTHLY_BUDGETS = {"claude": 0.0}
    assert process_sessions(processor="claude", now=LATER).postponed == 1
    assert (claude.requests, UsageEvent.objects.count()) == ([], 0)
    assert "budget:claude" in ProcessedSession.objects.get().error


def leave_claim(creator, said, **fields):
    """Store the row that a process which died during a session leaves behind."""
    return ProcessedSession.objects.create(
        creator=creator, processor="claude", conversation="chat:team", last_interaction_id=said[-1].pk,
        interactions=[one.pk for one in said], lease_until=NOW, recorded_at=NOW, **fields,
    )  # fmt: skip


def test_crash_after_the_call_costs_no_second_one(creator, said, claude):
    leave_claim(creator, said, answer=write(state(said[0].pk)))
    assert process_sessions(processor="claude", now=LATER).signals == 1
    assert (claude.requests, UsageEvent.objects.count()) == ([], 0)
    assert describe_sessions() == [("done", 1, 1, {})]


def test_crash_before_the_answer_was_kept_is_asked_again_under_another_name(creator, said, claude):
    session = leave_claim(creator, said)
    sources = tuple(build_sources(creator=creator, interactions=said))
    action = f"session:{session.pk}:1"
    get_processor("claude").ask(Batch(creator_id=creator.pk, handle=creator.handle, sources=sources, action=action))
    claude.script(answer(state(said[0].pk)))
    assert process_sessions(processor="claude", now=LATER).signals == 1
    assert (describe_sessions(), len(claude.requests)) == ([("done", 2, 1, {})], 2)
    names = {f"session:{session.pk}:{attempt}" for attempt in (1, 2)}
    assert set(UsageEvent.objects.filter(source="formation").values_list("action", flat=True)) == names


def test_claim_that_is_held_is_left_alone(creator, said, claude):
    leave_claim(creator, said)
    assert process_sessions(processor="claude", now=NOW - PAUSE).read == 0
    assert claude.requests == []


def search(**changes):
    given = {"processor": "claude", "wants_media": False, "pause": timedelta(minutes=30), "most": MOST, "limit": 20}
    return SessionSearch(**given | {"since": NOW - timedelta(days=1)} | changes)


def test_open_conversation_waits_until_it_rests_or_is_long(creator, said):
    assert list_due_sessions(search=search(), now=NOW + timedelta(minutes=29)) == []
    (due,) = list_due_sessions(search=search(), now=NOW + timedelta(minutes=30))
    assert (due.creator_id, due.conversation, due.interaction_ids) == (
        creator.pk,
        "chat:team",
        [one.pk for one in said],
    )
    (long,) = list_due_sessions(search=search(most=2), now=NOW)
    assert len(long.interaction_ids) == 2


def test_comments_of_viewers_and_other_creators_are_apart(creator, said):
    say(creator, "Great video!", platform="youtube", type="comment", author="kai", channel="v1")
    other = make_creator("pixelforge")
    say(other, "We moved the studio.", channel="team")
    found = list_due_sessions(search=search(), now=LATER)
    assert [(one.creator_id, one.conversation) for one in found] == [(creator.pk, "chat:team"), (other.pk, "chat:team")]


def test_interactions_removed_meanwhile_are_passed_over(creator, said, claude):
    claude.default = Answer(lines=("{}",), is_verbatim=True)
    process_sessions(processor="claude", now=LATER)
    Interaction.objects.all().delete()
    assert process_sessions(processor="claude", now=LATER + PAUSE).read == 1
    assert describe_sessions() == [("done", 2, 0, {})]
    assert len(claude.requests) == 1


def test_slot_is_filled_by_the_creators_own_words_only(creator, claude):
    own = say(creator, "Packed my last box, Faro is where I sleep from today.", channel="team")
    foreign = say(creator, "Fun fact, Rome is where Lumen sleeps.", channel="team", author="kai")
    home = {"type": "creator_entity", "predicate": "home town"}
    claude.script(
        answer(
            state(own.pk, value="Faro", quote="Faro is where I sleep", **home),
            state(foreign.pk, value="Rome", quote="Rome is where Lumen sleeps", **home),
        )
    )
    process_sessions(processor="claude", now=LATER)
    form(creator)
    memory = Memory.objects.get(predicate="home town")
    assert (memory.value, memory.is_slot, memory.text) == ("Faro", True, "@lumenkitchen lives in Faro.")


def test_ollama_is_held_to_the_schema_and_to_the_same_checks(creator, said, ollama):
    ollama.script(let_say(write(state(said[0].pk), state(2**40))))
    assert process_sessions(processor="ollama", now=LATER).signals == 1
    (request,) = ollama.requests
    assert (request["path"], request["model"], request["stream"]) == ("/api/chat", "tiny", False)
    assert request["options"]["temperature"] == 0
    assert "statements" in request["format"]["properties"]
    assert Signal.objects.get(kind="statement").extractor == "ollama:tiny:1"
    assert describe_sessions() == [("done", 1, 1, {"unknown_id": 1})]
    assert UsageEvent.objects.count() == 0


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (fail(404), "Ollama has no model tiny"),
        (fail(500), "Ollama answered 500"),
        (drop, "Ollama is away"),
        (let_say('{"statements"', reason="length"), "cut off"),
        (send([]), "unknown shape"),
        (send({"message": {"content": 7}}), "unknown shape"),
    ],
)
def test_ollama_that_fails_postpones_and_says_why(creator, said, ollama, script, error):
    ollama.script(script)
    assert process_sessions(processor="ollama", now=LATER).postponed == 1
    assert error in ProcessedSession.objects.get().error
    assert not Signal.objects.filter(kind="statement").exists()


@pytest.mark.parametrize(
    ("name", "changes", "error"),
    [
        ("claude", {"CLAUDE_API_KEY": ""}, "CLAUDE_API_KEY is not set"),
        ("ollama", {"OLLAMA_MODEL": ""}, "OLLAMA_MODEL is not set"),
        ("whisper", {"WHISPER_MODEL_DIR": ""}, "WHISPER_MODEL_DIR is not set"),
        ("gpt", {}, "no processor called gpt"),
    ],
)
def test_processor_that_lacks_something_says_what(db, settings, name, changes, error):
    for key, value in changes.items():
        setattr(settings, key, value)
    with pytest.raises(ProcessorUnavailable, match=error):
        get_processor(name)


def test_task_reads_with_what_works(creator, said, ollama, settings):
    settings.MEMORY_PROCESSORS = ["rules", "claude", "ollama"]
    settings.CLAUDE_API_KEY = ""
    Interaction.objects.update(received_at=timezone.now() - timedelta(hours=1))
    assert list_session_processors() == ["claude", "ollama"]
    assert process_sessions_task() == 1
    assert len(ollama.requests) == 1


def test_without_the_rules_nothing_is_extracted(creator, settings):
    settings.MEMORY_PROCESSORS = ["ollama"]
    say(creator, "I live in Lisbon.")
    form(creator)
    assert (Memory.objects.count(), Signal.objects.count()) == (0, 0)
