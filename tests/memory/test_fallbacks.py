"""Fallbacks by why a model failed, OpenAI's counters, the ladder of a budget that runs low."""

from dataclasses import replace

import pytest
from django.utils import timezone

from billing.enums import AllowanceUnit
from billing.models import Allowance, Reservation, UsageAttempt, UsageEvent
from billing.queries.shares import forget_shares
from billing.services.periods import get_month
from memory.clients.models import Prompt, Usage, breaker
from memory.clients.openai import OpenAIClient
from memory.errors import (
    ModelContentRefused,
    ModelPromptTooLong,
    ModelRefusedRequest,
    ModelSpendLimitReached,
    ModelUnavailable,
)
from memory.models import ConversationTurn
from memory.services.assistant import ask
from tests.fakes.claude import Overloaded, Refusal
from tests.fakes.openai import Refuse, Say, run_openai_server
from tests.memory.conftest import form, say
from tests.memory.test_assistant import assert_nothing_is_held, put

MINI, BIG = "openai:gpt-5-mini", "openai:gpt-5"


@pytest.fixture
def known(creator):
    say(creator, "Brightpan is now our main sponsor.")
    form(creator)
    return creator


@pytest.fixture
def openai(settings, claude):
    with run_openai_server() as fake:
        settings.OPENAI_API_KEY = "test-key"
        settings.MODELS = replace(settings.MODELS, openai_base_url=fake.url)
        yield fake


@pytest.fixture
def routes(settings):
    def name(**lists):
        settings.MODELS = replace(settings.MODELS, **lists)

    return name


def list_events():
    found = UsageEvent.objects.order_by("id").values_list("action", "service", "cost_micro_usd")
    return [(action, service, cost) for action, service, cost in found]


def list_attempts(action):
    rows = UsageAttempt.objects.filter(event__action=action).order_by("number")
    return list(rows.values_list("number", "outcome", "provider_request_id", "output_tokens"))


def test_overload_falls_back_to_the_general_list_and_both_are_metered(known, openai, claude, routes):
    routes(general=(MINI,), context_window=(BIG,), content_policy=(BIG,))
    claude.script(*[Overloaded()] * 3)
    turn = ask(question=put(known))
    assert (turn.answer, turn.model, turn.is_degraded, turn.rung) == (
        "The main sponsor is Brightpan.", "gpt-5-mini", False, "model",
    )  # fmt: skip
    # Dollars per million: 1,000 not cached at .25, 200 cached at .025, 30 of output at 2.
    assert list_events() == [("t-1", "claude", 0), ("t-1:2", "openai", 250 + 5 + 60)]
    assert list_attempts("t-1") == [(number, "failed", "", 0) for number in (1, 2, 3)]
    assert list_attempts("t-1:2") == [(1, "answered", "oai_1", 30)]
    assert Allowance.objects.get(unit="requests").spent == 1
    assert_nothing_is_held()


def test_prompt_that_is_too_long_wants_a_larger_window_only(known, openai, claude, routes):
    routes(general=(MINI,), context_window=(BIG,))
    claude.script(Refusal(status=413, kind="request_too_large"))
    assert ask(question=put(known)).model == "gpt-5"


def test_refused_content_asks_another_policy_only(known, openai, claude, routes):
    routes(primary=MINI, general=(BIG,), content_policy=("claude:claude-haiku-5-5",))
    openai.script(Say(finish="content_filter", line=""))
    turn = ask(question=put(known))
    assert (turn.model, len(openai.requests), len(claude.requests)) == ("claude-haiku-5-5", 1, 1)
    assert list_attempts("t-1") == [(1, "refused", "oai_1", 30)]  # a refusal is paid too


def test_failure_without_a_list_of_its_own_degrades(known, openai, claude, routes):
    routes(context_window=(BIG,), content_policy=(BIG,))
    claude.script(*[Overloaded()] * 3)
    turn = ask(question=put(known))
    assert (turn.is_degraded, turn.rung, openai.requests) == (True, "extractive", [])


def test_budget_without_room_asks_the_next_affordable_model(known, openai, claude, routes, settings):
    routes(general=(MINI,))
    settings.MONTHLY_BUDGETS = {"claude": 0, "openai": 1}
    assert ask(question=put(known)).model == "gpt-5-mini"
    assert [action for action, *_ in list_events()] == ["t-1"]
    assert claude.requests == []


def test_provider_that_is_down_for_long_costs_one_probe_at_a_time(known, openai, claude, routes, monkeypatch):
    monkeypatch.setattr(breaker, "RESET_SECONDS", 0.0)
    routes(general=(MINI,))
    claude.default = Overloaded()
    for number in range(3):
        assert ask(question=put(known, f"t-{number}")).model == "gpt-5-mini"
    spared = len(claude.requests)
    with breaker._probing("claude:claude-haiku-5-5"):  # somebody else's probe is under way
        assert ask(question=put(known, "t-4")).model == "gpt-5-mini"
    assert len(claude.requests) == spared
    assert UsageEvent.objects.filter(service="openai").count() == 4
    assert_nothing_is_held()


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        (Refuse(status=503), ModelUnavailable),
        (Refuse(status=429, code="rate_limit_exceeded", headers={"retry-after": "0.01"}), ModelUnavailable),
        (Refuse(status=429, code="insufficient_quota"), ModelSpendLimitReached),
        (Refuse(status=400, code="context_length_exceeded"), ModelPromptTooLong),
        (Refuse(status=400, code="content_policy_violation"), ModelContentRefused),
        (Refuse(status=401, code="invalid_api_key"), ModelRefusedRequest),
        (Say(refusal="I cannot help."), ModelContentRefused),
    ],
)
def test_openai_names_each_failure(openai, script, failure):
    openai.default = script
    client = OpenAIClient(api_key="k", base_url=openai.url, model="m")
    with pytest.raises(failure) as caught:
        list(client.stream(prompt=Prompt(system="s", user="[memory:1]", max_tokens=5), usage=Usage()))
    assert type(caught.value) is failure


def test_stream_of_openai_that_is_cut_is_charged_as_estimated(known, openai, routes):
    routes(primary=MINI)
    openai.script(Say(line="It is Brightpan [{memory}].\nAnd then", cut=True))
    turn = ask(question=put(known))
    event = UsageEvent.objects.get()
    assert (turn.answer, turn.is_degraded) == ("It is Brightpan.", True)
    assert (event.state, event.cost_micro_usd) == ("unreconciled", Reservation.objects.get().amount_micro_usd)
    assert list_attempts("t-1")[0][1] == "cut"


@pytest.fixture
def use_up(settings):
    def use(share):
        start, end = get_month(timezone.now())
        Allowance.objects.update_or_create(
            scope="budget:claude", period_start=start,
            defaults={
                "unit": AllowanceUnit.MICRO_USD, "period_end": end, "limit": 500_000_000,
                "spent": int(500_000_000 * share),
            },
        )  # fmt: skip
        forget_shares()

    return use


@pytest.fixture
def list_asked(openai, claude, routes):
    """Name a smaller model; tell how many tokens each asked model was given."""
    routes(smaller=MINI)
    return lambda: [one.get("max_tokens") or one["max_completion_tokens"] for one in claude.requests + openai.requests]


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.79, ("model", "claude-haiku-5-5", [700])),
        (0.8, ("smaller", "gpt-5-mini", [700])),
        (0.9, ("shorter", "gpt-5-mini", [250])),
        (0.96, ("shorter", "gpt-5-mini", [250])),  # nothing to repeat yet
        (0.98, ("extractive", "extractive", [])),
    ],
)
def test_budget_that_runs_low_goes_down_the_ladder(known, list_asked, use_up, share, expected):
    use_up(share)
    turn = ask(question=put(known))
    assert (turn.rung, turn.model, list_asked()) == expected


def test_same_question_from_the_same_evidence_is_answered_again_for_nothing(known, claude, use_up):
    first = ask(question=put(known, "t-1"))
    use_up(0.96)
    again = ask(question=put(known, "t-2", text="  who is my MAIN sponsor now"))
    assert (again.answer, again.citations, again.model) == (first.answer, first.citations, first.model)
    assert (again.rung, again.is_degraded, len(claude.requests)) == ("cached", False, 1)
    assert list_events()[1][1:] == ("extractive", 0)


def test_answer_is_not_repeated_once_the_evidence_changed(known, claude, use_up):
    ask(question=put(known, "t-1"))
    say(known, "Quokkatech is now our main sponsor.")
    form(known)
    use_up(0.96)
    assert ask(question=put(known, "t-2")).rung == "shorter"
    assert ConversationTurn.objects.count() == 2
