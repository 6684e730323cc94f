"""The chat on the event loop says what the view says, and leaves to it what only the view can answer."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import timezone
from knox.models import AuthToken

from billing.models import Allowance, Reservation, UsageEvent
from memory.api.direct import answer_chat
from memory.models import ConversationTurn
from migration.queries.flags import forget_flags
from tests.fakes.claude import Answer, Overloaded, Refusal
from tests.fakes.openai import run_openai_server
from tests.memory.conftest import claude, form, make_creator, say  # noqa: F401  a fixture
from veri.platform.connections.batches import close_batch_connections
from veri.platform.connections.pipeline import close_pipelines
from veri.platform.http.direct.application import DirectApplication
from veri.platform.http.scopes import list_scopes
from veri.platform.http.services.api_keys import create_api_key

pytestmark = pytest.mark.django_db(transaction=True)
URL = "/api/v1/assistant/chat"
QUESTION = "Who is my main sponsor now?"


@pytest.fixture
def known(creator):
    say(creator, "Brightpan is now our main sponsor.")
    form(creator)
    yield creator
    close_batch_connections()


@pytest.fixture
def credential(owner):
    scopes = list(list_scopes())
    created = create_api_key(
        owner=owner, name="t", scopes=scopes, acting_user=owner, now=timezone.now(), rate_limit="10000/1"
    )
    return f"Api-Key {created.credential}"


def answer_in_thread(environ, start_response):
    """Django's handler; the thread's connection is closed, as a pool would take it back."""
    response = get_wsgi_application()(environ, start_response)
    try:
        return [b"".join(response)]
    finally:
        response.close()
        connection.close()


class Passed:
    """Counts what is handed on to Django."""

    def __init__(self):
        self.count = 0
        self._django = WSGIMiddleware(answer_in_thread, workers=4)

    async def __call__(self, scope, receive, send):
        self.count += 1
        await self._django(scope, receive, send)


@asynccontextmanager
async def opened(passed):
    application = DirectApplication(endpoints={("POST", URL): answer_chat}, otherwise=passed)
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client
    await close_pipelines()


def post(credential, *bodies, headers=None, content=None):
    """Post all bodies at once; return the answers and how many were Django's."""
    passed = Passed()
    sent = {"Authorization": credential, "Content-Type": "application/json", **(headers or {})}

    async def run():
        async with opened(passed) as client:
            each = [{"json": body} for body in bodies] if content is None else [{"content": content}]
            return await asyncio.gather(*(client.post(URL, headers=sent, **one) for one in each))

    return asyncio.run(run()), passed.count


def ask(creator="lumenkitchen", question=QUESTION):
    return {"creator": creator, "question": question}


def test_both_ways_answer_alike(known, credential, claude):  # noqa: F811  a fixture
    ((direct,), none) = post(credential, ask())
    ((django,), one) = post(credential, ask(), headers={"Accept": "application/json, */*;q=0.5"})
    assert (none, one) == (0, 1)
    assert direct.status_code == django.status_code == 200
    own = {"id", "conversation", "duration_ms"}
    assert {k: v for k, v in direct.json().items() if k not in own} == {
        k: v for k, v in django.json().items() if k not in own
    }
    varying = {"x-request-id", "ratelimit", "content-length"}
    assert {k: v for k, v in direct.headers.items() if k not in varying} == {
        k: v for k, v in django.headers.items() if k not in varying | {"server-timing", "vary", "allow"}
    } | {"vary": direct.headers["vary"]}
    assert direct.headers["ratelimit"].count('"assistant"') == 1
    assert UsageEvent.objects.filter(service="claude").count() == 2


def test_knox_token_is_taken(known, owner, claude):  # noqa: F811  a fixture
    _, token = AuthToken.objects.create(owner)
    ((answer,), passed) = post(f"Token {token}", ask())
    assert (answer.status_code, answer.json()["degraded"], passed) == (200, False, 0)


@pytest.mark.parametrize(
    ("body", "credential_of", "headers", "status"),
    [
        (ask(creator="nobody"), "key", {}, 404),
        (ask(creator="stranger"), "key", {}, 404),
        (ask(question=" "), "key", {}, 400),
        (ask(question="x" * 10_001), "key", {}, 400),
        ({"creator": "lumenkitchen"}, "key", {}, 400),
        (ask(), "none", {}, 401),
        (ask(), "bad key", {}, 401),
        (ask(), "bad token", {}, 401),
        (ask(), "narrow", {}, 403),
        (ask(), "key", {"Content-Type": "text/plain"}, 415),
        (ask(), "key", {"Idempotency-Key": "one"}, 200),
        (ask(), "key", {"Accept": "text/event-stream"}, 200),
        (ask(), "key", {"Host": "evil.example"}, 400),
    ],
)
def test_everything_unusual_is_djangos(known, owner, credential, body, credential_of, headers, status):  # noqa: PLR0917  a table's columns
    make_creator("stranger")
    narrow = create_api_key(
        owner=owner, name="n", scopes=["creators:read"], acting_user=owner, now=timezone.now(), rate_limit="10000/1"
    )
    sent = {
        "key": credential,
        "none": "",
        "bad key": f"{credential}x",
        "bad token": "Token " + "a" * 64,
        "narrow": f"Api-Key {narrow.credential}",
    }[credential_of]
    ((answer,), passed) = post(sent, body, headers=headers)
    assert (answer.status_code, passed) == (status, 1)
    assert ConversationTurn.objects.count() == (1 if status == 200 else 0)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"creator":"a","creator":"b"}', b"\xff", b"{}" * 40_000])
def test_bad_bodies_are_problems(known, credential, content):
    ((answer,), passed) = post(credential, content=content)
    assert (answer.status_code, passed) == (400, 1)
    assert answer.headers["content-type"] == "application/problem+json"


def test_quota_used_up_is_refused_and_nothing_kept(known, credential):
    post(credential, ask())
    Allowance.objects.filter(scope__startswith="quota:assistant").update(limit=1, is_set_by_staff=True)
    ((answer,), passed) = post(credential, ask())
    assert (answer.status_code, passed) == (429, 0)
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json()["type"].endswith("rate-limited")
    assert (ConversationTurn.objects.count(), UsageEvent.objects.count()) == (1, 1)


def test_quota_of_fifty_lets_exactly_fifty_of_eighty_through(known, credential):
    post(credential, ask())
    Allowance.objects.filter(scope__startswith="quota:assistant").update(limit=51, is_set_by_staff=True)
    answers, passed = post(credential, *[ask()] * 80)
    statuses = sorted(one.status_code for one in answers)
    assert (statuses, passed) == ([200] * 50 + [429] * 30, 0)
    assert Allowance.objects.get(scope__startswith="quota:assistant").spent == 51
    assert (ConversationTurn.objects.count(), UsageEvent.objects.count()) == (51, 51)


def test_limit_reached_is_refused_with_its_policy(known, credential, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "assistant": "3/60"}
    answers, _ = post(credential, *[ask()] * 5)
    refused = [one for one in answers if one.status_code == 429]
    assert len(refused) == 2
    assert {tuple(one.json()["violated-policies"]) for one in refused} == {("assistant",)}


def test_model_that_falls_back_on_the_loop_is_metered_for_both(known, credential, claude, settings):  # noqa: F811
    with run_openai_server() as fake:
        settings.OPENAI_API_KEY = "test-key"
        settings.MODELS = replace(settings.MODELS, openai_base_url=fake.url, general=("openai:gpt-5-mini",))
        claude.script(Refusal(status=401, kind="authentication_error"))
        ((answer,), passed) = post(credential, ask())
    assert (answer.json()["model"], answer.json()["degraded"], passed) == ("gpt-5-mini", False, 0)
    rows = UsageEvent.objects.order_by("id").values_list(
        "service", "input_tokens", "cache_read_tokens", "output_tokens"
    )
    assert list(rows) == [("claude", 0, 0, 0), ("openai", 1000, 200, 30)]
    assert set(Reservation.objects.values_list("state", flat=True)) == {"settled"}


def test_more_questions_at_once_than_allowed_are_refused_and_cost_nothing(known, credential, claude, settings):  # noqa: F811
    settings.COSTS = replace(settings.COSTS, concurrent_calls=2)
    answers, _ = post(credential, *[ask()] * 12)
    refused = [one for one in answers if one.status_code == 429]
    assert refused
    assert {one.status_code for one in answers} == {200, 429}
    assert {one.json()["detail"][:1] for one in refused} == {"2"}
    assert UsageEvent.objects.count() == ConversationTurn.objects.count() == 12 - len(refused)


def test_burst_is_metered_once_each(known, credential, claude, settings):  # noqa: F811  a fixture
    settings.COSTS = replace(settings.COSTS, concurrent_calls=60)
    answers, passed = post(credential, *[ask()] * 60)
    assert {one.status_code for one in answers} == {200}
    assert passed == 0
    ids = {one.json()["id"] for one in answers}
    assert ids == {str(pk) for pk in ConversationTurn.objects.values_list("pk", flat=True)}
    assert len(ids) == 60
    events = list(UsageEvent.objects.values_list("service", "output_tokens", "cost_micro_usd"))
    assert {(service, tokens) for service, tokens, _ in events} == {("claude", 40)}
    budget = Allowance.objects.get(scope="budget:claude")
    assert (len(events), budget.spent, budget.reserved) == (60, sum(cost for *_, cost in events), 0)
    assert set(Reservation.objects.values_list("state", flat=True)) == {"settled"}
    assert all("x-request-id" in one.headers for one in answers)


def test_model_is_tried_again_and_each_attempt_metered(known, credential, claude):  # noqa: F811  a fixture
    claude.script(Overloaded(), Answer(output_tokens=7))
    ((answer,), _) = post(credential, ask())
    assert (answer.status_code, answer.json()["degraded"]) == (200, False)
    assert len(claude.requests) == 2
    assert UsageEvent.objects.get().output_tokens == 7


def test_model_away_gives_an_extractive_answer(known, credential, claude):  # noqa: F811  a fixture
    claude.default = Refusal(status=500)
    answers, passed = post(credential, *[ask()] * 3)
    assert {(one.status_code, one.json()["degraded"]) for one in answers} == {(200, True)}
    assert passed == 0
    assert all(one.json()["citations"] for one in answers)
    assert Allowance.objects.get(scope="budget:claude").reserved == 0


def test_open_breaker_spares_the_model(known, credential, claude):  # noqa: F811  a fixture
    claude.default = Refusal(status=500)
    post(credential, *[ask()] * 5)
    asked = len(claude.requests)
    ((answer,), _) = post(credential, ask())
    assert (answer.status_code, answer.json()["degraded"], len(claude.requests)) == (200, True, asked)


def test_forced_flag_is_seen(known, credential, settings):
    settings.FLAGS_FORCED_OFF = ["COST_TRACKING"]
    forget_flags()
    ((answer,), _) = post(credential, ask())
    assert answer.status_code == 200
    assert UsageEvent.objects.count() == 0
