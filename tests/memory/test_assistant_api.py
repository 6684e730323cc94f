import json
import threading
import time

import httpx
import pytest
from django.db import connection
from knox.models import AuthToken
from rest_framework.test import APIClient

from billing.models import Allowance, Reservation, UsageEvent
from creators.models import User
from memory.models import ConversationTurn
from tests.fakes.claude import Answer, Hang, Overloaded
from tests.memory.conftest import form, make_creator, say
from tests.memory.test_assistant import QUESTION, count_other_connections

URL = "/api/v1/assistant/chat"
STREAM = {"Accept": "text/event-stream"}


@pytest.fixture
def known(creator):
    say(creator, "Brightpan is now our main sponsor.")
    form(creator)
    return creator


def post(client, *, question=QUESTION, creator="lumenkitchen", headers=None):
    return client.post(URL, {"creator": creator, "question": question}, format="json", headers=headers or {})


def read_events(content):
    blocks = [block.split("\n") for block in content.decode().strip().split("\n\n")]
    return [(event.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for event, data in blocks]


def test_answer_as_json(client, known, claude):
    answer = post(client)
    turn = ConversationTurn.objects.get()
    memory = known.memories.get(is_slot=True)
    citation = {"kind": "memory", "id": str(memory.pk)}
    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(turn.pk),
        "conversation": turn.conversation,
        "question": QUESTION,
        "answer": "The main sponsor is Brightpan.",
        "sentences": [{"text": "The main sponsor is Brightpan.", "citations": [citation]}],
        "citations": [citation],
        "degraded": False,
        "rung": "model",
        "model": "claude-haiku-5-5",
        "store": "postgres",
        "duration_ms": turn.duration_ms,
    }


def test_answer_as_events(client, known, claude):
    claude.script(
        Answer(lines=("It is Brightpan [{memory}].", "Wrong [memory:0].", "A viewer said so [{interaction}]."))
    )
    answer = post(client, headers=STREAM)
    events = read_events(b"".join(answer.streaming_content))
    assert answer["Content-Type"] == "text/event-stream"
    assert [name for name, _ in events] == ["sentence", "sentence", "done"]
    assert [data["text"] for _, data in events[:2]] == ["It is Brightpan.", "A viewer said so."]
    assert events[2][1]["answer"] == "It is Brightpan. A viewer said so."
    assert events[2][1]["citations"] == [one for _, data in events[:2] for one in data["citations"]]


def test_degraded_answer_says_so(client, known, claude):
    claude.script(*[Overloaded()] * 3)
    body = post(client).json()
    assert (body["degraded"], body["model"]) == (True, "extractive")


def test_nothing_known_is_said_honestly(client, known):
    body = post(client, question="What is zxqy?").json()
    assert (body["answer"], body["citations"]) == ("Nothing is known about this yet.", [])


def test_creator_without_any_memory_is_answered(client, creator):
    assert post(client).json()["answer"] == "Nothing is known about this yet."


def test_idempotency_key_asks_and_meters_once(client, known, claude):
    first = post(client, headers={"Idempotency-Key": "k-1"})
    again = post(client, headers={"Idempotency-Key": "k-1"})
    other = post(client, question="Another?", headers={"Idempotency-Key": "k-1"})
    assert (again.status_code, again.json()) == (200, first.json())
    assert (again["Idempotency-Replayed"], other.status_code) == ("true", 422)
    assert (len(claude.requests), UsageEvent.objects.count(), ConversationTurn.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("headers", [{}, STREAM])
def test_used_up_quota_is_a_problem_with_retry_after(client, known, headers):
    post(client)
    Allowance.objects.filter(unit="requests").update(limit=1, is_set_by_staff=True)
    answer = post(client, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert 0 < int(answer["Retry-After"]) <= 31 * 86_400
    assert answer.json()["detail"] == "This month's questions are used up."
    assert ConversationTurn.objects.count() == 1


@pytest.mark.parametrize("headers", [{}, STREAM])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ([], 400),
        ({"creator": "lumenkitchen"}, 400),
        ({"creator": "lumenkitchen", "question": ""}, 400),
        ({"creator": "lumenkitchen", "question": "   "}, 400),
        ({"creator": "lumenkitchen", "question": "x" * 10_001}, 400),
        ({"creator": "lumenkitchen", "question": "a\0b"}, 400),
        ({"creator": "lumenkitchen", "question": ["a"]}, 400),
        ({"creator": "lumenkitchen", "question": {"a": 1}}, 400),
        ({"creator": "ghost", "question": "Who?"}, 404),
        ({"creator": "gh\0st", "question": "Who?"}, 400),
    ],
)
def test_unusable_question_is_a_problem(client, creator, body, status, headers):
    answer = client.post(URL, body, format="json", headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert (ConversationTurn.objects.count(), Reservation.objects.count()) == (0, 0)


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"creator": "a", "creator": "b"}', b'{"question": "\\ud800"}'])
def test_unreadable_body_is_a_problem(client, creator, body):
    answer = client.post(URL, body, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    "question", ["👍", "مرحبا؟", "x" * 10_000, "\u202eabc", "a'b\"c\\d; DROP TABLE", "%s {memory}"]
)
def test_odd_question_is_answered(client, known, claude, question):
    answer = post(client, question=question)
    assert (answer.status_code, answer.json()["question"]) == (200, question)


@pytest.mark.parametrize("headers", [{}, STREAM])
def test_creator_of_another_reads_like_an_unknown_one(known, headers):
    stranger = APIClient()
    stranger.force_authenticate(User.objects.create_user("bea"))
    foreign, unknown = (post(stranger, creator=handle, headers=headers) for handle in ("lumenkitchen", "ghost"))
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["title"] == unknown.json()["title"]
    assert ConversationTurn.objects.count() == 0


def test_anonymous_is_refused(known):
    assert post(APIClient()).status_code == 401


def test_question_takes_few_queries_however_much_is_known(client, known, django_assert_max_num_queries):
    with django_assert_max_num_queries(35):
        post(client)
    for number in range(40):
        say(known, f"Our main sponsor, Brightpan{number}!", author="kai")
    form(known)
    with django_assert_max_num_queries(35):
        post(client)


@pytest.fixture
def served(live_server, claude):
    """A real server process thread, a creator with one known thing, and a signed-in caller."""
    owner = User.objects.create_user("ana")
    creator = make_creator("lumenkitchen", owner)
    say(creator, "Brightpan is now our main sponsor.")
    form(creator)
    _, token = AuthToken.objects.create(owner)
    headers = {"Authorization": f"Token {token}"}
    with httpx.Client(base_url=live_server.url, headers=headers, timeout=20) as caller:
        yield caller


def wait_until(condition):
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_server_holds_no_connection_while_the_model_is_awaited(served, claude):
    claude.script(Hang(seconds=15))
    answers = []
    body = {"creator": "lumenkitchen", "question": QUESTION}
    thread = threading.Thread(target=lambda: answers.append(served.post(URL, json=body)))
    thread.start()
    assert claude.received.wait(timeout=15)
    held = count_other_connections()
    claude.resume.set()
    thread.join(timeout=20)
    assert (held, [one.status_code for one in answers]) == (0, [200])


@pytest.mark.django_db(transaction=True)
def test_caller_that_leaves_mid_stream_is_metered_from_what_was_seen(served, claude):
    claude.script(Answer(lines=("It is Brightpan [{memory}].", *["More [{memory}]."] * 300), pause=0.01))
    body = {"creator": "lumenkitchen", "question": QUESTION}
    with served.stream("POST", URL, json=body, headers=STREAM) as answer:
        assert answer.status_code == 200
        first = next(answer.iter_lines())
    assert first == "event: sentence"
    wait_until(ConversationTurn.objects.exists)
    event = UsageEvent.objects.get()
    assert (event.state, event.input_tokens, event.cache_read_tokens) == ("metered", 1000, 300)
    assert 0 < event.output_tokens < 300 * 4
    assert not Reservation.objects.filter(state="held").exists()
    connection.close()
