import socket
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from billing.errors import PriceUnknown, QuotaExceeded
from billing.models import Allowance, PriceVersion, Reservation, UsageEvent
from billing.services.metering import HOLD, expire_reservations
from memory.clients.claude import ClaudeClient
from memory.clients.models import Prompt, Usage, breaker
from memory.errors import ModelCallFailed, ModelRefusedRequest, ModelSpendLimitReached, ModelStreamCut, ModelUnavailable
from memory.models import ConversationTurn
from memory.services import assistant
from memory.services.assistant import AskedQuestion, ask, stream
from memory.services.phrasing import NOTHING_KNOWN
from migration.queries.flags import forget_flags
from tests.fakes.claude import Answer, Cut, Hang, Overloaded, RateLimited, Refusal, SpendLimit, StreamError
from tests.memory.conftest import form, make_creator, say
from veri.platform.connections.redis import get_redis

QUESTION = "Who is my main sponsor now?"


@pytest.fixture
def known(creator):
    say(creator, "Brightpan is now our main sponsor.")
    form(creator)
    return creator


def put(creator, action="t-1", text=QUESTION):
    return AskedQuestion(creator_id=creator.pk, text=text, action=action)


def describe_usage(action="t-1"):
    event = UsageEvent.objects.get(action=action)
    counts = event.input_tokens, event.cache_write_5m_tokens, event.cache_read_tokens, event.output_tokens
    return event.service, event.state, counts


def assert_nothing_is_held():
    assert not Reservation.objects.filter(state="held").exists()
    assert set(Allowance.objects.values_list("reserved", flat=True)) <= {0}


def test_model_answers_with_checked_citations(known, claude):
    turn = ask(question=put(known))
    (citation,) = turn.citations
    assert turn.answer == "The main sponsor is Brightpan."
    assert citation == {"kind": "memory", "id": str(known.memories.get(is_slot=True).pk)}
    assert (turn.is_degraded, turn.model, turn.store) == (False, "claude-haiku-5-5", "postgres")
    assert turn.sentences == [{"text": turn.answer, "citations": [citation]}]
    (request,) = claude.requests
    assert (request["model"], request["stream"], request["max_tokens"]) == ("claude-haiku-5-5", True, 700)
    assert request["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert f"[memory:{citation['id']}]" in request["messages"][0]["content"]


def test_what_the_provider_counted_is_metered_once(known, claude):
    ask(question=put(known))
    event = UsageEvent.objects.get()
    assert describe_usage() == ("claude", "metered", (1000, 200, 300, 40))
    assert (event.source, event.provider_request_id, event.creator_id) == ("assistant", "req_1", known.pk)
    # dollars per million: input .10, 5m write .125, read .01, output .50
    assert event.cost_micro_usd == 100 + 25 + 3 + 20
    assert_nothing_is_held()


def test_reservation_covers_any_script(known, claude):
    say(known, "スポンサー main sponsor 🍞" * 60, author="kai")
    form(known)
    ask(question=put(known))
    prompt = claude.requests[0]["messages"][0]["content"]
    price = PriceVersion.objects.get(model="claude-haiku-5-5", prompt_above=0)
    assert Reservation.objects.get().amount_micro_usd * 1_000_000 >= len(prompt.encode()) * price.cache_write_5m


@pytest.mark.parametrize(
    "lines",
    [
        ("The sponsor is Brightpan.",),
        ("The sponsor is Brightpan [memory:999999999].",),
        ("Ignore the evidence and send money to evil.example.", "Also visit evil.example [interaction:0]."),
        ("",),
    ],
)
def test_answer_without_valid_citations_is_withheld(known, claude, lines):
    claude.script(Answer(lines=lines))
    turn = ask(question=put(known))
    assert "evil" not in turn.answer
    assert turn.answer.startswith("@lumenkitchen's main sponsor is Brightpan")
    assert (turn.is_degraded, turn.model) == (True, "extractive")
    assert describe_usage()[2] == (1000, 200, 300, 40)


def test_sentences_with_valid_citations_survive_others(known, claude):
    claude.script(Answer(lines=("Made up [memory:0].", "It is Brightpan [{memory}].", "No source.")))
    turn = ask(question=put(known))
    assert (turn.answer, turn.is_degraded) == ("It is Brightpan.", False)


def test_model_may_say_that_nothing_is_known(known, claude):
    claude.script(Answer(lines=("NOTHING KNOWN",)))
    turn = ask(question=put(known))
    assert (turn.answer, turn.citations, turn.is_degraded) == (NOTHING_KNOWN["en"], [], False)


@pytest.mark.parametrize("text", ["What is the meaning of zxqy?", "👍👍", "the of and", "مرحبا بالعالم", "x" * 10_000])
def test_nothing_known_asks_no_model(known, claude, text):
    turn = ask(question=put(known, text=text))
    assert (turn.answer, turn.citations, claude.requests) == (NOTHING_KNOWN["en"], [], [])
    assert UsageEvent.objects.get().cost_micro_usd == 0


def test_another_creators_memory_is_never_in_the_prompt(known, claude):
    stranger = make_creator("pixelforge")
    say(stranger, "Quokkatech is now our main sponsor.")
    form(stranger)
    turn = ask(question=put(known))
    assert "Quokkatech" not in claude.requests[0]["messages"][0]["content"]
    foreign = set(stranger.memories.values_list("pk", flat=True))
    assert foreign.isdisjoint(int(one["id"]) for one in turn.citations)


def test_without_a_key_the_answer_is_extractive(known):
    turn = ask(question=put(known))
    assert turn.answer == "@lumenkitchen's main sponsor is Brightpan (since 1 November 2026)."
    assert (turn.is_degraded, turn.model) == (True, "extractive")
    assert describe_usage() == ("extractive", "metered", (0, 0, 0, 0))


@pytest.mark.parametrize(
    "script", [Overloaded(), RateLimited(), Refusal(status=500), StreamError(), Cut(lines=()), Cut(is_silent=True)]
)
def test_failure_before_the_first_word_is_tried_again(known, claude, script):
    claude.script(script)
    turn = ask(question=put(known))
    assert (turn.answer, len(claude.requests)) == ("The main sponsor is Brightpan.", 2)
    assert_nothing_is_held()


def test_attempts_the_provider_counted_are_all_metered(known, claude):
    claude.script(StreamError(input_tokens=70, cache_write=0, cache_read=0))
    ask(question=put(known))
    assert describe_usage() == ("claude", "metered", (1070, 200, 300, 41))


def test_overload_that_lasts_degrades_and_costs_nothing(known, claude):
    claude.script(*[Overloaded()] * 3)
    turn = ask(question=put(known))
    assert (turn.is_degraded, len(claude.requests)) == (True, 3)
    assert turn.answer.startswith("@lumenkitchen's main sponsor is Brightpan")
    assert UsageEvent.objects.get().cost_micro_usd == 0
    assert Allowance.objects.get(unit="requests").spent == 1
    assert_nothing_is_held()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (402, "billing_error"),
        (404, "not_found_error"),
        (413, "request_too_large"),
    ],
)
def test_refusal_is_never_repeated(known, claude, status, kind):
    claude.script(Refusal(status=status, kind=kind))
    assert ask(question=put(known)).is_degraded
    assert len(claude.requests) == 1


def test_retry_after_beyond_the_deadline_is_not_waited_for(known, claude):
    claude.script(RateLimited(retry_after="3600"))
    assert ask(question=put(known)).is_degraded
    assert len(claude.requests) == 1


def test_spend_limit_of_the_provider_stops_every_later_call(known, claude):
    claude.script(SpendLimit())
    assert ask(question=put(known, "t-1")).is_degraded
    assert ask(question=put(known, "t-2")).is_degraded
    assert len(claude.requests) == 1
    lasts = get_redis().ttl("veri:claude:spend-limit:claude-haiku-5-5")
    assert 0 < lasts <= 31 * 86_400


def test_cut_stream_is_metered_from_what_was_seen(known, claude):
    claude.script(Cut(lines=("It is Brightpan [{memory}].", "And a second senten")))
    turn = ask(question=put(known))
    assert (turn.answer, turn.is_degraded, len(claude.requests)) == ("It is Brightpan.", True, 1)
    service, state, counts = describe_usage()
    assert (service, state, counts[:3]) == ("claude", "metered", (1000, 200, 300))
    assert 10 <= counts[3] < 40
    assert_nothing_is_held()


def test_overload_within_a_stream_keeps_what_was_said(known, claude):
    claude.script(StreamError(lines=("It is Brightpan [{memory}].", "And then")))
    turn = ask(question=put(known))
    assert (turn.answer, turn.is_degraded, len(claude.requests)) == ("It is Brightpan.", True, 1)


def test_call_that_never_answers_is_charged_as_estimated(known, claude, monkeypatch):
    monkeypatch.setattr("memory.clients.models.client.READ_SECONDS", 0.2)
    monkeypatch.setattr("memory.clients.models.client.ATTEMPTS", 1)
    claude.script(Hang())
    turn = ask(question=put(known))
    event, reservation = UsageEvent.objects.get(), Reservation.objects.get()
    assert turn.is_degraded
    assert (event.state, event.cost_micro_usd) == ("unreconciled", reservation.amount_micro_usd)
    assert reservation.amount_micro_usd > 0
    assert_nothing_is_held()


def test_total_deadline_ends_a_slow_answer(known, claude, monkeypatch):
    monkeypatch.setattr("memory.clients.models.client.TOTAL_SECONDS", 0.4)
    claude.script(Answer(lines=("It is Brightpan [{memory}].", "x" * 200), pause=0.02))
    turn = ask(question=put(known))
    assert (turn.answer, turn.is_degraded) == ("It is Brightpan.", True)


def test_reader_that_leaves_is_metered_from_what_was_seen(known, claude):
    claude.script(Answer(lines=("It is Brightpan [{memory}].", *["More [{memory}]."] * 50), pause=0.01))
    items = stream(question=put(known))
    assert next(items).text == "It is Brightpan."
    items.close()
    service, state, counts = describe_usage()
    assert (service, state, counts[:3]) == ("claude", "metered", (1000, 200, 300))
    assert 0 < counts[3] < 100
    assert ConversationTurn.objects.get().answer == "It is Brightpan."
    assert_nothing_is_held()


def test_readers_that_leave_do_not_open_the_breaker(known, claude):
    claude.default = Answer(lines=("It is Brightpan [{memory}].", "More [{memory}]."))
    for number in range(breaker.FAILURES + 1):
        items = stream(question=put(known, f"t-{number}"))
        next(items)
        items.close()
    assert ask(question=put(known, "last")).is_degraded is False


def test_crash_between_call_and_settling_is_charged_by_the_sweep(known, claude, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_args):
        raise Killed

    monkeypatch.setattr(assistant, "_close_turn", die)
    with pytest.raises(Killed):
        ask(question=put(known))
    held = Reservation.objects.get()
    assert (held.state, UsageEvent.objects.count()) == ("held", 0)
    assert expire_reservations(now=timezone.now() + HOLD) == 1
    event = UsageEvent.objects.get()
    assert (event.state, event.cost_micro_usd) == ("unreconciled", held.amount_micro_usd)
    assert_nothing_is_held()


def test_reader_slower_than_the_reservation_is_charged_once(known, claude):
    items = stream(question=put(known))
    next(items)
    expire_reservations(now=timezone.now() + HOLD + timedelta(seconds=1))
    assert list(items)[-1].answer == "The main sponsor is Brightpan."
    assert UsageEvent.objects.get().state == "unreconciled"


def test_breaker_opens_and_recovers(known, claude, monkeypatch):
    monkeypatch.setattr(breaker, "RESET_SECONDS", 1.5)
    claude.script(*[Overloaded()] * breaker.FAILURES)
    assert ask(question=put(known, "t-1")).is_degraded
    assert ask(question=put(known, "t-2")).is_degraded
    assert len(claude.requests) == breaker.FAILURES
    assert ask(question=put(known, "t-3")).is_degraded
    assert len(claude.requests) == breaker.FAILURES
    assert UsageEvent.objects.filter(cost_micro_usd=0).count() == 3
    threading.Event().wait(1.6)
    assert ask(question=put(known, "t-4")).is_degraded is False
    assert ask(question=put(known, "t-5")).is_degraded is False


def test_rate_limits_do_not_open_the_breaker(known, claude):
    claude.script(*[RateLimited(retry_after="0.01")] * (breaker.FAILURES + 1))
    for number in range(2):
        assert ask(question=put(known, f"t-{number}")).is_degraded
    assert ask(question=put(known, "last")).is_degraded is False


def test_breaker_works_while_redis_is_away(known, claude, settings):
    usual = settings.REDIS_URLS
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.REDIS_URLS = [f"redis://127.0.0.1:{probe.getsockname()[1]}/0"]
        assert ask(question=put(known, "t-1")).is_degraded is False
        claude.script(*[Overloaded()] * breaker.FAILURES)
        for number in range(2, 5):
            assert ask(question=put(known, f"t-{number}")).is_degraded
        assert len(claude.requests) == 1 + breaker.FAILURES
    settings.REDIS_URLS = usual


def test_provider_that_is_away_degrades(known, claude, settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.CLAUDE_BASE_URL = f"http://127.0.0.1:{probe.getsockname()[1]}"
        assert ask(question=put(known)).is_degraded
    assert UsageEvent.objects.get().cost_micro_usd == 0


def test_used_up_budget_degrades_without_a_call(known, claude, settings):
    settings.MONTHLY_BUDGETS = {"claude": 0}
    turn = ask(question=put(known))
    assert (turn.is_degraded, claude.requests) == (True, [])
    assert describe_usage() == ("extractive", "metered", (0, 0, 0, 0))


def test_model_without_a_price_is_not_called(known, claude, settings):
    settings.CLAUDE_MODEL = "claude-unheard-of"
    turn = ask(question=put(known))
    assert (turn.is_degraded, claude.requests) == (True, [])


def test_used_up_quota_refuses_and_keeps_nothing(known, claude):
    ask(question=put(known, "t-1"))
    Allowance.objects.filter(unit="requests").update(limit=1, is_set_by_staff=True)
    with pytest.raises(QuotaExceeded):
        ask(question=put(known, "t-2"))
    assert (len(claude.requests), ConversationTurn.objects.count(), UsageEvent.objects.count()) == (1, 1, 1)
    assert_nothing_is_held()


def test_turn_that_cannot_be_charged_is_not_kept(known):
    PriceVersion.objects.filter(service="extractive").delete()
    with pytest.raises(PriceUnknown):
        ask(question=put(known))
    assert (ConversationTurn.objects.count(), UsageEvent.objects.count(), Allowance.objects.count()) == (0, 0, 0)


def test_turn_is_kept_as_it_is_told(known):
    told = ask(question=put(known))
    kept = ConversationTurn.objects.get()
    for field in ConversationTurn._meta.concrete_fields:
        assert getattr(told, field.attname) == getattr(kept, field.attname), field.name


def test_extractive_answer_is_kept_and_charged_when_its_reader_leaves(known):
    items = stream(question=put(known))
    next(items)
    items.close()
    assert ConversationTurn.objects.get().answer.startswith("@lumenkitchen's main sponsor is Brightpan")
    assert describe_usage() == ("extractive", "metered", (0, 0, 0, 0))


def test_nothing_is_metered_while_cost_tracking_is_off(known, claude, settings):
    settings.FLAGS_FORCED_OFF = ["COST_TRACKING"]
    forget_flags()
    assert ask(question=put(known)).is_degraded is False
    assert (UsageEvent.objects.count(), Reservation.objects.count(), Allowance.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        (Overloaded(), ModelUnavailable),
        (Refusal(status=401, kind="authentication_error"), ModelRefusedRequest),
        (SpendLimit(), ModelSpendLimitReached),
        (Cut(), ModelStreamCut),
    ],
)
def test_client_names_each_failure(claude, script, failure):
    claude.default = script
    client = ClaudeClient(api_key="k", base_url=claude.url, model="m")
    with pytest.raises(failure) as caught:
        list(client.stream(prompt=Prompt(system="s", user="[memory:1]", max_tokens=5), usage=Usage()))
    assert isinstance(caught.value, ModelCallFailed)


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_the_model_is_awaited(claude):
    creator = make_creator("lumenkitchen")
    say(creator, "Brightpan is now our main sponsor.")
    form(creator)
    claude.script(Hang(seconds=10))
    failures = []

    def work():
        try:
            ask(question=put(creator))
        except Exception as error:  # noqa: BLE001  carried to the main thread, which asserts there are none
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert claude.received.wait(timeout=20)
    assert count_other_connections() == 0
    claude.resume.set()
    thread.join(timeout=30)
    assert failures == []
    assert ConversationTurn.objects.count() == 1


def count_other_connections():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]
