from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from billing.errors import BudgetExceeded, PriceUnknown, QuotaExceeded, ReservationNotHeld
from billing.models import Allowance, Reservation, UsageEvent
from billing.queries.usage import get_usage_report
from billing.services.metering import (
    HOLD,
    charge_estimate,
    expire_reservations,
    release_usage,
    reserve_usage,
    settle_usage,
)
from billing.services.pricing import TokenCounts
from tests.billing.conftest import MODEL, NOW, ask


def read_budget() -> tuple[int, int]:
    return Allowance.objects.values_list("spent", "reserved").get(scope="budget:claude")


def test_reserving_holds_the_upper_bound(price, creator):
    reservation = reserve_usage(request=ask(creator=creator, tokens=500), now=NOW)
    assert (reservation.amount_micro_usd, reservation.state) == (500, "held")
    assert reservation.expires_at == NOW + HOLD
    quota = Allowance.objects.get(scope=f"quota:assistant:{creator.pk}")
    assert read_budget() == (0, 500)
    assert (quota.spent, quota.reserved, quota.limit) == (0, 1, 10_000)


def test_reserving_the_same_action_again_holds_once(price):
    first = reserve_usage(request=ask(), now=NOW)
    assert reserve_usage(request=ask(), now=NOW).pk == first.pk
    assert read_budget() == (0, 100)


def test_settling_spends_what_was_used_and_frees_the_rest(price, creator):
    reserve_usage(request=ask(creator=creator, tokens=500), now=NOW)
    event = settle_usage(
        source="assistant", action="a-1", counts=TokenCounts(input=120, output=5), provider_request_id="req_9"
    )
    assert (event.cost_micro_usd, event.input_tokens, event.output_tokens) == (130, 120, 5)
    assert (event.state, event.provider_request_id, event.creator_id) == ("metered", "req_9", creator.pk)
    assert read_budget() == (130, 0)
    assert Allowance.objects.get(unit="requests").spent == 1


def test_settling_twice_meters_once(price):
    reserve_usage(request=ask(), now=NOW)
    first = settle_usage(source="assistant", action="a-1", counts=TokenCounts(input=10))
    again = settle_usage(source="assistant", action="a-1", counts=TokenCounts(input=99))
    assert (again.pk, again.cost_micro_usd) == (first.pk, 10)
    assert read_budget() == (10, 0)


def test_settling_uncertain_counts_is_marked(price):
    reserve_usage(request=ask(), now=NOW)
    event = settle_usage(source="assistant", action="a-1", counts=TokenCounts(input=10), is_certain=False)
    assert (event.state, event.cost_micro_usd) == ("unreconciled", 10)


def test_settling_without_reservation_is_refused(price):
    with pytest.raises(ReservationNotHeld):
        settle_usage(source="assistant", action="never", counts=TokenCounts(input=10))
    assert UsageEvent.objects.count() == 0


def test_released_reservation_costs_nothing_and_cannot_be_settled(price, creator):
    reserve_usage(request=ask(creator=creator), now=NOW)
    release_usage(source="assistant", action="a-1")
    release_usage(source="assistant", action="a-1")
    with pytest.raises(ReservationNotHeld):
        settle_usage(source="assistant", action="a-1", counts=TokenCounts(input=10))
    assert read_budget() == (0, 0)
    assert list(Allowance.objects.values_list("reserved", "spent")) == [(0, 0), (0, 0)]
    assert UsageEvent.objects.count() == 0


def test_releasing_after_settling_changes_nothing(price):
    reserve_usage(request=ask(), now=NOW)
    settle_usage(source="assistant", action="a-1", counts=TokenCounts(input=10))
    release_usage(source="assistant", action="a-1")
    assert read_budget() == (10, 0)


def test_estimate_is_charged_once(price):
    reserve_usage(request=ask(), now=NOW)
    assert charge_estimate(source="assistant", action="a-1") is True
    assert charge_estimate(source="assistant", action="a-1") is False
    assert read_budget() == (100, 0)
    assert UsageEvent.objects.get().state == "unreconciled"


def test_expired_reservation_is_charged_as_estimated(price):
    reserve_usage(request=ask("old"), now=NOW)
    reserve_usage(request=ask("young"), now=NOW + timedelta(minutes=5))
    reserve_usage(request=ask("settled"), now=NOW)
    settle_usage(source="assistant", action="settled", counts=TokenCounts(input=1))
    assert expire_reservations(now=NOW + HOLD - timedelta(microseconds=1)) == 0
    assert expire_reservations(now=NOW + HOLD) == 1
    assert expire_reservations(now=NOW + HOLD) == 0
    event = UsageEvent.objects.get(action="old")
    assert (event.state, event.cost_micro_usd, event.input_tokens) == ("unreconciled", 100, 0)
    assert read_budget() == (101, 100)
    with pytest.raises(ReservationNotHeld):
        settle_usage(source="assistant", action="old", counts=TokenCounts(input=1))


def test_budget_is_a_hard_stop(price, budget):
    budget(250)
    reserve_usage(request=ask("a"), now=NOW)
    reserve_usage(request=ask("b"), now=NOW)
    with pytest.raises(BudgetExceeded, match="budget:claude") as refusal:
        reserve_usage(request=ask("c"), now=NOW)
    assert refusal.value.resets_at == datetime(2026, 12, 1, tzinfo=UTC)
    assert (read_budget(), Reservation.objects.count()) == ((0, 200), 2)
    settle_usage(source="assistant", action="a", counts=TokenCounts(input=50))
    reserve_usage(request=ask("c"), now=NOW)
    assert read_budget() == (50, 200)


def test_budget_may_be_used_to_the_last_cent(price, budget):
    budget(100)
    reserve_usage(request=ask(), now=NOW)
    assert read_budget() == (0, 100)


def test_quota_refuses_and_holds_nothing_of_the_budget(price, creator):
    reserve_usage(request=ask("a", creator=creator), now=NOW)
    Allowance.objects.filter(unit="requests").update(limit=1, is_set_by_staff=True)
    with pytest.raises(QuotaExceeded):
        reserve_usage(request=ask("b", creator=creator), now=NOW)
    assert read_budget() == (0, 100)


def test_only_the_assistant_has_a_quota(price, creator):
    reserve_usage(request=ask(creator=creator, source="embedding"), now=NOW)
    assert list(Allowance.objects.values_list("scope", flat=True)) == ["budget:claude"]


def test_unknown_price_holds_nothing(db):
    with pytest.raises(PriceUnknown):
        reserve_usage(request=ask(model="unheard-of"), now=NOW)
    assert (Allowance.objects.count(), Reservation.objects.count()) == (0, 0)


def test_next_month_begins_with_a_full_budget(price, budget):
    budget(100)
    last, first = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    reserve_usage(request=ask("november"), now=last)
    reserve_usage(request=ask("december"), now=first)
    settle_usage(source="assistant", action="november", counts=TokenCounts(input=80))
    rows = Allowance.objects.order_by("period_start").values_list("spent", "reserved")
    assert list(rows) == [(80, 0), (0, 100)]
    november = get_usage_report(creator_ids=None, at=last)
    december = get_usage_report(creator_ids=None, at=first)
    assert (november.cost_micro_usd, december.cost_micro_usd) == (80, 0)


def test_report_sums_reconcile_with_events_and_allowances(price, creator):
    for number in range(5):
        reserve_usage(request=ask(f"a-{number}", creator=creator), now=NOW)
        settle_usage(source="assistant", action=f"a-{number}", counts=TokenCounts(input=10, output=number))
    report = get_usage_report(creator_ids=[creator.pk], at=NOW)
    total = UsageEvent.objects.aggregate(total=Sum("cost_micro_usd"))["total"]
    assert report.cost_micro_usd == total == read_budget()[0] == 50 + 2 * 10
    (service,) = report.services
    assert (service.model, service.requests, service.input_tokens, service.output_tokens) == (MODEL, 5, 50, 10)
    assert (report.requests_used, report.requests_limit) == (5, 10_000)
    assert get_usage_report(creator_ids=[creator.pk + 1], at=NOW).services == []


def make_event(creator=None) -> UsageEvent:
    reserve_usage(request=ask(creator=creator), now=NOW)
    return settle_usage(source="assistant", action="a-1", counts=TokenCounts(input=10))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE billing_usageevent SET cost_micro_usd = 0",
        "UPDATE billing_usageevent SET creator_id = NULL, cost_micro_usd = 0",
        "DELETE FROM billing_usageevent",
    ],
)
def test_usage_events_are_append_only(price, creator, statement):
    event = make_event(creator)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    kept = UsageEvent.objects.get()
    assert (kept.cost_micro_usd, kept.creator_id) == (event.cost_micro_usd, creator.pk)


def test_erasing_a_creator_keeps_what_was_spent(price, creator):
    make_event(creator)
    creator.delete()
    event = UsageEvent.objects.get()
    assert (event.creator_id, event.cost_micro_usd) == (None, 10)
    assert Reservation.objects.get().creator_id is None


def test_same_action_cannot_be_metered_twice(price):
    event = make_event()
    event.pk = None
    with pytest.raises(IntegrityError, match="usage_event_action_unique"), transaction.atomic():
        event.save(force_insert=True)
    assert UsageEvent.objects.count() == 1


def test_changed_configuration_takes_effect_at_once_unless_staff_set_the_limit(price, settings):
    settings.MONTHLY_BUDGETS = {**settings.MONTHLY_BUDGETS, "claude": 1}
    reserve_usage(request=ask("a"), now=NOW)
    settings.MONTHLY_BUDGETS = {**settings.MONTHLY_BUDGETS, "claude": 0}
    with pytest.raises(BudgetExceeded):
        reserve_usage(request=ask("b"), now=NOW)

    Allowance.objects.update(limit=1_000_000, is_set_by_staff=True)

    reserve_usage(request=ask("c"), now=NOW)
    assert read_budget() == (0, 200)
