"""What is retained: exact points of the curve, and the same in SQL as in Python."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from memory.queries.retention import (
    EXEMPT_PREDICATES,
    EXEMPT_PREFIXES,
    Freshness,
    build_exempt_sql,
    build_expired_sql,
    build_retention_sql,
    compute_retention,
    is_exempt,
    is_expired,
    weigh_memory,
)
from tests.conftest import NOW

INSTANTS = st.datetimes(datetime(2005, 1, 1), datetime(2045, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  given a zone
FRESHNESS = st.builds(
    Freshness, evidenced_at=INSTANTS, cited_at=st.none() | INSTANTS, times_cited=st.integers(0, 1_000_000)
)
PREDICATES = st.sampled_from(
    [*EXEMPT_PREDICATES, *EXEMPT_PREFIXES, "wrote", "deadline for draft", "rate", "agreed fees"]
)


def retain(days: float, **fields) -> float:
    fresh = Freshness(evidenced_at=NOW - timedelta(days=days), **fields)
    return compute_retention(stability_days=90, freshness=fresh, now=NOW)


@pytest.mark.parametrize(("days", "kept"), [(-5, 1.0), (0, 1.0), (90, 0.9), (900, 0.692983), (9000, 0.492641)])
def test_curve_passes_its_points(days, kept):
    assert retain(days) == pytest.approx(kept, abs=2e-5)


def test_citations_move_the_anchor_and_stretch_the_curve():
    cited = retain(900, cited_at=NOW - timedelta(days=90))
    assert cited == pytest.approx(0.9)
    assert retain(90, times_cited=3) == pytest.approx(compute_retention_of_stability(90 * (1 + 0.5 * 1.3862943611)))


def compute_retention_of_stability(days: float) -> float:
    fresh = Freshness(evidenced_at=NOW - timedelta(days=90))
    return compute_retention(stability_days=days, freshness=fresh, now=NOW)


@pytest.mark.parametrize(
    ("retention", "importance", "weight"), [(1, 0.5, 1.0), (1, 1, 1.2), (0.9, 0.5, 0.9), (0.1, 0, 0.5)]
)
def test_weight_is_bounded(retention, importance, weight):
    assert weigh_memory(retention=retention, importance=importance) == pytest.approx(weight)


@pytest.mark.django_db
@given(st.lists(st.tuples(st.floats(0, 10_000), FRESHNESS), min_size=1, max_size=40), INSTANTS)
def test_sql_retains_what_python_does(rows, now):
    sql = build_retention_sql(now="%s::timestamptz", stability="s", evidenced="e", cited="c", times="n")
    given_rows = "unnest(%s::float8[], %s::timestamptz[], %s::timestamptz[], %s::int[]) WITH ORDINALITY AS r(s,e,c,n,o)"
    values = [
        [one[0] for one in rows],
        *zip(*((f.evidenced_at, f.cited_at, f.times_cited) for _, f in rows), strict=True),
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sql} FROM {given_rows} ORDER BY o", [now, *map(list, values)])
        found = [value for (value,) in cursor.fetchall()]
    expected = [compute_retention(stability_days=days, freshness=fresh, now=now) for days, fresh in rows]
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.django_db
@given(PREDICATES, st.sampled_from(["2026-10-31", "2026-11-01", "2026-11-02", "2026-13-01", "soon", ""]), st.booleans())
def test_sql_exempts_and_expires_what_python_does(predicate, value, is_pinned):
    exempt = build_exempt_sql(predicate="p", is_pinned="b")
    expired = build_expired_sql(predicate="p", value="v", now="%s::timestamptz")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {exempt}, {expired} FROM (SELECT %s::text AS p, %s::text AS v, %s::boolean AS b) r",
            [NOW, predicate, value, is_pinned],
        )
        found = cursor.fetchone()
    assert found == (
        is_exempt(predicate=predicate, is_pinned=is_pinned),
        is_expired(predicate=predicate, value=value, now=NOW),
    )


def test_deadline_expires_after_its_day():
    asked = {"predicate": "deadline for reel", "now": NOW}
    assert [is_expired(value=day, **asked) for day in ("2026-10-31", "2026-11-01")] == [True, False]
    assert not is_expired(predicate="wrote", value="2026-10-31", now=NOW)
