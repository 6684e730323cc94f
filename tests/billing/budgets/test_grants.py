from datetime import timedelta

import pytest
from django.db import transaction

from billing.errors import GrantConflict, QuotaExceeded
from billing.models import Allowance, QuotaGrant, QuotaUse
from billing.services import allowances as module
from billing.services.grants import grant_quota
from billing.services.metering import charge_usage
from billing.services.quota_counting import list_balances
from tests.billing.conftest import NOW, ask

WEEK = timedelta(days=7)
BASE = 5


@pytest.fixture(autouse=True)
def _base(monkeypatch, price):
    monkeypatch.setitem(module.REQUESTS_PER_MONTH, "assistant", BASE)


def give(creator, key, units, *, source="top_up", priority=50, begins=NOW, ends=NOW + WEEK, now=NOW):
    return grant_quota(
        creator_id=creator.pk, feature="assistant", units=units, source=source, priority=priority, valid_from=begins,
        expires_at=ends, key=key, now=now,
    )  # fmt: skip


def use(creator, count, *, now=NOW, begin=0):
    for number in range(begin, begin + count):
        with transaction.atomic():
            charge_usage(request=ask(f"{now:%m%d%H%M}-{number}", creator=creator, tokens=1), now=now)


def get_quota(creator, now=NOW):
    return Allowance.objects.get(scope=f"quota:assistant:{creator.pk}", period_start__month=now.month)


def list_taken():
    return list(QuotaUse.objects.order_by("id").values_list("grant__key", "units"))


def describe(creator, now=NOW):
    found = list_balances(allowance=get_quota(creator, now), base=BASE, now=now)
    return [(one.grant.key if one.grant else "base", one.left) for one in found]


def test_grant_adds_to_what_everybody_has(creator):
    use(creator, 3)
    give(creator, "extra", 2)
    assert get_quota(creator).limit == 7
    use(creator, 4, begin=3)
    with pytest.raises(QuotaExceeded), transaction.atomic():
        charge_usage(request=ask("no", creator=creator, tokens=1), now=NOW)
    assert (get_quota(creator).spent, describe(creator)) == (7, [("base", 0), ("extra", 0)])


def test_plan_takes_the_place_of_what_everybody_has_but_not_of_what_was_used(creator):
    use(creator, 3)
    give(creator, "plan", 10, source="plan", priority=10)
    assert list_taken() == [(None, 3)]
    assert (get_quota(creator).limit, describe(creator)) == (13, [("plan", 10)])


def test_priority_comes_before_expiry_and_expiry_before_age(creator):
    give(creator, "plan", 4, source="plan", priority=10, ends=NOW + 3 * WEEK)
    give(creator, "later", 4, ends=NOW + 2 * WEEK)
    give(creator, "sooner", 4, ends=NOW + WEEK)
    use(creator, 7)
    assert describe(creator) == [("plan", 0), ("sooner", 1), ("later", 4)]
    assert get_quota(creator).limit == 12


def test_grant_that_expires_takes_its_rest_with_it(creator):
    give(creator, "plan", 4, source="plan", priority=10, ends=NOW + timedelta(days=1))
    use(creator, 3)
    after = NOW + timedelta(days=1)
    use(creator, 1, now=after)
    quota = get_quota(creator)
    # Of 4 of the plan 3 were used, which stay used; then what everybody has holds again.
    assert (list_taken(), quota.spent, quota.limit) == ([("plan", 3)], 4, 8)
    assert describe(creator, after) == [("base", 4)]


def test_rest_of_a_grant_goes_on_in_the_next_month_and_use_starts_a_new_row(creator):
    give(creator, "extra", 6, ends=NOW + timedelta(days=60))
    use(creator, 8)
    december = NOW + timedelta(days=30)
    use(creator, 1, now=december)
    give(creator, "more", 1, now=december, begins=december, ends=december + WEEK)  # counts what november used
    assert (get_quota(creator).spent, get_quota(creator, december).spent) == (8, 1)
    assert describe(creator, december) == [("base", 4), ("more", 1), ("extra", 3)]


def test_grant_of_the_future_counts_from_its_first_instant(creator):
    tomorrow = NOW + timedelta(days=1)
    give(creator, "later", 3, begins=tomorrow, ends=tomorrow + WEEK)
    assert get_quota(creator).limit == BASE
    use(creator, 1, now=tomorrow - timedelta(microseconds=1))
    use(creator, 1, now=tomorrow, begin=5)
    assert get_quota(creator).limit == BASE + 3


def test_same_key_gives_once_and_other_contents_are_refused(creator):
    first = give(creator, "k", 5)
    assert give(creator, "k", 5).pk == first.pk
    with pytest.raises(GrantConflict):
        give(creator, "k", 6)
    assert (QuotaGrant.objects.count(), get_quota(creator).limit) == (1, BASE + 5)


def test_limit_that_staff_set_stays(creator):
    use(creator, 1)
    Allowance.objects.filter(scope__startswith="quota").update(limit=2, is_set_by_staff=True)
    give(creator, "extra", 50)
    assert get_quota(creator).limit == 2
