"""Shadow reads: compared after the response, never written, never in the way."""

import time
from dataclasses import replace

import pytest
from django.core.signals import request_finished, request_started
from django.db import connection

from creators.models import Creator, Interaction
from migration.enums import Measure, ShadowOutcome, Stage
from migration.models import MinuteCount, OutboxRow, ShadowRead
from migration.queries.routes import Store, read_routed
from migration.queries.shadow import summarise_shadow
from migration.services import shadow
from migration.services.minutes import COUNTER
from tests.migration.climbing import climb, shadow_reads
from tests.migration.conftest import make_interaction, switch

NAME = "interactions"


@pytest.fixture
def shadowing(transactional_db, creator, mongo):
    Interaction.objects.bulk_create([make_interaction(creator, str(number)) for number in range(3)])
    switch("USE_MONGO")
    climb(NAME, Stage.SHADOW)
    yield creator
    shadow._pool.failures, shadow._pool.rests_until = 0, 0.0


def read(*, mongo=lambda: [1, 2], postgres=lambda: [1, 2], scope=1, **values):
    found = read_routed(datasets=[NAME], scope=scope, kind="test", from_mongo=mongo, from_postgres=postgres, **values)
    assert shadow.wait_for_shadows()
    return found


def test_same_read_of_both_stores_matches(shadowing):
    assert read().store is Store.POSTGRES

    kept = ShadowRead.objects.get()
    assert (kept.outcome, kept.datasets, kept.scope, kept.kind) == (ShadowOutcome.MATCH, [NAME], 1, "test")
    assert kept.mongo_ms >= 0
    assert kept.postgres_ms >= 0


def test_other_value_is_a_mismatch_only_after_rechecks_and_keeps_no_content(shadowing, monkeypatch):
    monkeypatch.setattr(shadow, "RECHECK_SECONDS", (0.01, 0.01))

    read(mongo=lambda: ["secret", 3])

    kept = ShadowRead.objects.get()
    assert (kept.outcome, kept.rechecks) == (ShadowOutcome.MISMATCH, 2)
    assert kept.detail == "2 against 2 items, 0 at the same place alike"


def test_difference_that_passes_is_a_match(shadowing, monkeypatch):
    monkeypatch.setattr(shadow, "RECHECK_SECONDS", (0.01, 0.01))
    values = iter([[9], [1, 2], [1, 2]])

    read(mongo=lambda: next(values))

    kept = ShadowRead.objects.get()
    assert (kept.outcome, kept.rechecks) == (ShadowOutcome.MATCH, 1)


def test_read_that_differs_from_itself_is_noise(shadowing, monkeypatch):
    monkeypatch.setattr(shadow, "RECHECK_SECONDS", ())
    numbers = iter(range(100))

    read(mongo=lambda: -1, postgres=lambda: next(numbers))

    assert ShadowRead.objects.get().is_noise
    found = summarise_shadow(dataset=NAME)
    assert (found.compared, found.noise) == (0, 1)


def test_creator_with_a_write_under_way_proves_nothing(shadowing, monkeypatch):
    monkeypatch.setattr(shadow, "RECHECK_SECONDS", (0.01,))
    OutboxRow.objects.create(dataset=NAME, key=1, scope=1, version=1, operation="u")

    read(mongo=lambda: -1)

    assert ShadowRead.objects.count() == 0


def test_shadow_cannot_write(shadowing):
    before = Creator.objects.count()

    def write():
        Creator.objects.filter(pk=shadowing.pk).update(display_name="written by a shadow")
        return [1, 2]

    read(postgres=write)  # the read itself may; made again as a shadow it may not

    assert ShadowRead.objects.count() == 0
    assert Creator.objects.count() == before


def test_shadow_waits_for_the_response(shadowing):
    request_started.disconnect(dispatch_uid="none")
    shadow.start_request()
    made: list[float] = []

    read_routed(
        datasets=[NAME],
        scope=1,
        from_mongo=lambda: made.append(time.monotonic()) or 1,
        from_postgres=lambda: 1,
    )
    time.sleep(0.1)
    assert made == []
    shadow.finish_request()
    assert shadow.wait_for_shadows()

    assert len(made) == 1
    assert shadow.start_request in [ref() for (_, _), ref, *_ in request_started.receivers]
    assert shadow.finish_request in [ref() for (_, _), ref, *_ in request_finished.receivers]


def test_slow_mongo_is_cut_off_and_counts_as_failed(shadowing, settings, monkeypatch):
    from pymongo.errors import NetworkTimeout

    def too_slow():
        raise NetworkTimeout("cut off")

    monkeypatch.setattr(shadow, "FAILURES_BEFORE_REST", 2)
    for _ in range(2):
        read(mongo=too_slow)
    read(mongo=too_slow)

    assert list(ShadowRead.objects.values_list("outcome", flat=True)) == ["failed", "failed"]  # the third rested
    found = summarise_shadow(dataset=NAME)
    assert (found.failed, found.match) == (2, 0.0)


def test_sampling_takes_its_share(shadowing, settings):
    settings.MIGRATION = replace(settings.MIGRATION, shadow_share=0)

    read()

    assert ShadowRead.objects.count() == 0


def test_nothing_is_compared_before_shadow(transactional_db, creator, mongo):
    switch("USE_MONGO")
    climb(NAME, Stage.CATCHUP)

    read()

    assert ShadowRead.objects.count() == 0


def test_summary_counts_matches_and_percentiles(shadowing):
    shadow_reads(NAME, count=6)

    found = summarise_shadow(dataset=NAME)

    assert (found.compared, found.matched, found.match) == (6, 6, 1.0)
    assert found.mongo_ms[0] <= found.mongo_ms[1] <= found.mongo_ms[2]


def test_reads_are_counted_by_minute_and_store(shadowing):
    COUNTER.flush()
    MinuteCount.objects.all().delete()

    read()
    COUNTER.flush()

    counted = MinuteCount.objects.values_list("dataset", "measure", "count")
    assert list(counted) == [(NAME, Measure.READ_POSTGRES.value, 1)]
    assert not connection.in_atomic_block
