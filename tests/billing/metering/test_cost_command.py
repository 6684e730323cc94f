from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from billing.enums import AttemptOutcome
from billing.errors import ImportRefused
from billing.models import Allowance, PriceVersion, ProviderCost, UsageAttempt
from billing.queries.allocation import allocate
from billing.queries.reconciling import compare_books, compare_providers
from billing.services.imports.prices import import_prices
from billing.services.imports.provider_costs import alarm_differences, import_provider_costs
from billing.services.metering import Attempt, charge_usage, release_usage, reserve_usage, settle_usage
from billing.services.pricing import TokenCounts, price_tokens
from tests.billing.conftest import NOW, ask, make_price
from tests.billing.metering.rolling import roll_all
from veri.platform.ops.models import AuditEntry, Notification

MONTH = f"--month={NOW:%Y-%m}"


def run(*arguments):
    out = StringIO()
    call_command("cost", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def used(creator, price):
    """What the services write: settled after two attempts, charged, released, and one call under way."""
    reserve_usage(request=ask("a", creator=creator, tokens=900), now=NOW)
    attempts = [
        Attempt(counts=TokenCounts(input=one), outcome=AttemptOutcome.FAILED, started_at=NOW, ended_at=NOW)
        for one in (30, 40)
    ]
    settle_usage(source="assistant", action="a", counts=TokenCounts(input=70), attempts=attempts)
    reserve_usage(request=ask("b", creator=creator, tokens=10, source="formation"), now=NOW)
    settle_usage(source="formation", action="b", counts=TokenCounts(cache_read=2), is_certain=False)
    reserve_usage(request=ask("c"), now=NOW)
    release_usage(source="assistant", action="c")
    reserve_usage(request=ask("d", tokens=11), now=NOW)


def test_report_explains_every_micro_dollar(used):
    text = run("report", MONTH)
    assert "2 events, 80 micro-dollars" in text
    assert "1 events are charged as estimated." in text
    assert "reconciled: every micro-dollar is explained by a usage event." in text
    rows = [line.split() for line in text.splitlines()]
    assert ["assistant", "1", "70", "0", "0", "0.0%", "70"] in rows
    assert ["@lumenkitchen", "2", "72", "0", "0", "2.8%", "80"] in rows
    assert ["held", "of", "budget:claude", "11", "11", "even"] in rows
    assert UsageAttempt.objects.count() == 2


@given(cost=st.integers(0, 10**9), weights=st.dictionaries(st.integers(1, 99), st.integers(0, 10**6), max_size=20))
def test_shares_of_storage_add_up_to_the_whole(cost, weights):
    parts = allocate(cost=cost, weights=weights)
    assert sum(parts.values()) == (cost if sum(weights.values()) else 0)
    assert all(abs(part - cost * weights[key] / sum(weights.values())) < 1 for key, part in parts.items())


@pytest.mark.parametrize("change", ["spent", "reserved"])
def test_report_fails_where_the_books_do_not_agree(used, change):
    Allowance.objects.filter(scope="budget:claude").update(**{change: 5})
    with pytest.raises(CommandError, match="not reconciled"):
        run("report", MONTH)


@pytest.mark.django_db(transaction=True)
def test_books_agree_after_rolling_up(used):
    roll_all()
    assert all(one.is_even for one in compare_books(at=NOW))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_usagerollup SET cost_micro_usd = cost_micro_usd + 1")
    assert [one.what for one in compare_books(at=NOW) if not one.is_even] == ["cost in the daily sums"]


def test_targets_are_met_under_the_stated_assumptions(db):
    baseline = run("project", "--assumed")
    assert "$100 a month for 500 creators: met" in baseline
    assert "$3.30 a creator and month: met" in run("project", "--assumed", "--profile=scale", "--creators=10000")
    assert "prompt_tokens_a_chat" in baseline


def test_what_was_measured_takes_the_place_of_an_assumption(creator, price):
    for number in range(100):
        with transaction.atomic():
            counts = TokenCounts(input=300, cache_read=100, output=25)
            charge_usage(request=ask(f"a-{number}", upper_bound=counts), now=NOW)
    from billing.queries.projecting import BASELINE, measure_assumptions

    found, measured = measure_assumptions(base=BASELINE, at=NOW)
    assert (found.prompt_tokens_a_chat, found.output_tokens_a_chat, found.cache_hit_rate) == (400, 25, 0.25)
    assert measured == {"prompt_tokens_a_chat", "output_tokens_a_chat", "cache_hit_rate"}
    assert found.chats == BASELINE.chats


def test_simulation_changes_what_it_is_told(db):
    def cost(*arguments):
        text = run("simulate", "--assumed", "--creators=1000", *arguments)
        return float(
            next(line for line in text.splitlines() if line.startswith("together")).split("$")[2].replace(",", "")
        )

    cold, warm = cost("--cache-hit-rate=0"), cost("--cache-hit-rate=1")
    # 20 chats of 2,000 tokens for 1,000 creators: 40 million, at .10 or at .01 dollars a million.
    assert cold - warm == pytest.approx(40 * (0.10 - 0.01))
    assert cost("--model=claude:claude-opus-5-5") > 10 * cold - 500
    with pytest.raises(CommandError, match="no price"):
        cost("--model=claude:unheard-of")


PRICES = "service,model,effective_from,prompt_above,input,output,cache_read,unit\n"


def take(text):
    return import_prices(content=text.encode(), acting_user="t", reason="contract", now=NOW)


def test_prices_are_imported_whole_and_audited(db):
    later = NOW + timedelta(days=9)
    made = take(f"{PRICES}claude,new,{later.isoformat()},0,1.5,7.123456,0.1,\nmongo,archive,,0,0,0,0,0.02\n")
    assert [(one.input, one.output, one.unit) for one in made] == [(1_500_000, 7_123_456, 0), (0, 0, 20_000)]
    assert price_tokens(service="claude", model="new", counts=TokenCounts(input=2), at=later) == 3
    assert AuditEntry.objects.filter(action="billing.price.add", reason="contract").count() == 2


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("claude,new,,0,-1,1,0,", "line 3: input is negative or too large"),
        ("claude,new,,0,nan,1,0,", "line 3: input is negative or too large"),
        ("claude,new,,0,cheap,1,0,", "line 3: input is no amount"),
        ("claude,new,,0,0,1,0,", "line 3: a price of nothing for the input of what is paid"),
        ("mongo,new,,0,1,1,0,0", "line 3: a price of nothing for a unit of what is paid"),
        ("gold,new,,0,1,1,0,", "line 3: unknown service 'gold'"),
        ("claude,,,0,1,1,0,", "line 3: model is missing or too long"),
        ("claude,good,,0,2,2,0,", "line 3: another price of this model and tier begins at the same instant"),
        ("claude,new,,1000,1,1,0,", "line 3: a tier for long prompts without a price for short ones"),
        ("claude,new,2020-01-01,0,1,1,0,", "line 3: effective_from is in the past: what was metered stays as it was"),
        ("claude,new,someday,0,1,1,0,", "line 3: effective_from is no instant like 2026-11-30T00:00:00Z"),
        ("claude,new,,0,1,1,0,,9,9", "a line has more columns than the head"),
    ],
)
def test_file_with_a_wrong_price_stores_nothing(db, line, problem):
    before = PriceVersion.objects.count()
    with pytest.raises(ImportRefused) as refused:
        take(f"{PRICES}claude,good,,0,1,1,0,\n{line}\n")
    assert refused.value.problems == [problem]
    assert (PriceVersion.objects.count(), AuditEntry.objects.count()) == (before, 0)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"[1]", b"[" * 5000, b'[{"service": {}}]', b"\0"])
def test_file_that_is_none_is_refused(db, content):
    with pytest.raises(ImportRefused):
        import_prices(content=content, acting_user="t", reason="r", now=NOW)


def report(*lines):
    text = "day,service,model,cost_usd\n" + "\n".join(lines)
    return import_provider_costs(content=text.encode(), acting_user="t", reason="r", now=NOW)


def test_provider_that_reports_more_than_two_percent_off_alarms_once(used, settings):
    settings.ALERT_EMAILS = ["staff@veri.example"]
    day = f"{NOW.date()}"
    tomorrow = NOW + timedelta(days=1)
    report(f"{day},claude,a,0.00005", f"{day},claude,b,0.0000305")  # half a micro-dollar to even
    assert alarm_differences(now=tomorrow) == []
    report(f"{day},claude,b,0.000032")
    (told,) = alarm_differences(now=tomorrow)
    assert (told.reported, told.metered, round(told.share, 4)) == (82, 80, 0.0244)
    assert alarm_differences(now=tomorrow) == []
    assert (Notification.objects.count(), ProviderCost.objects.count()) == (1, 2)
    assert [one.is_alarming for one in compare_providers(since=NOW.date(), until=tomorrow.date())] == [True]


@pytest.mark.parametrize(
    "line", ["2026-13-01,claude,a,1", "2026-11-01,claude,a,-1", "2026-12-24,claude,a,1", "x,gold,,"]
)
def test_report_with_a_wrong_line_stores_nothing(db, line):
    with pytest.raises(ImportRefused):
        report("2026-11-01,claude,b,1", line)
    assert ProviderCost.objects.count() == 0


def test_commands_say_what_is_wrong(db, tmp_path):
    file = tmp_path / "prices.csv"
    file.write_text(f"{PRICES}gold,a,,0,1,1,0,\n")
    for arguments, problem in (
        (["report", "--month=soon"], "--month must be written like 2026-11"),
        (["report", "--creator=nobody"], "There is no creator @nobody"),
        (["project", "--creators=0"], "--creators must be between"),
        (["simulate", "--model=claude"], "--model must be written provider:model"),
        (["import-prices", str(file), "--reason=r"], "line 2: unknown service 'gold'"),
        (["import-report", str(tmp_path / "none"), "--reason=r"], "The file cannot be read"),
    ):
        with pytest.raises(CommandError, match=problem):
            run(*arguments)


def test_price_of_the_services_stays_when_a_later_one_is_added(creator):
    make_price()
    make_price(at=NOW + timedelta(days=1), input=9)
    assert price_tokens(service="claude", model="test-model", counts=TokenCounts(input=10), at=NOW) == 10
