"""The watch rolls back by itself what breaks a limit, and tells a person."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from creators.models import Interaction
from migration.enums import Measure, Stage
from migration.models import Dataset, MinuteCount, OutboxRow, ParityMismatch, ParityRun
from migration.services.watch import enforce_outbox_limits, find_danger, watch_datasets
from tests.migration.climbing import climb
from tests.migration.conftest import make_interaction, switch
from veri.platform.ops.models import AuditEntry, Notification

NAME = "interactions"


@pytest.fixture
def reading(transactional_db, creator, mongo, settings):
    settings.ALERT_EMAILS = ["oncall@example.org"]
    Interaction.objects.bulk_create([make_interaction(creator, str(number)) for number in range(3)])
    switch("USE_MONGO")
    switch("READ_FROM_MONGO")
    climb(NAME, Stage.CUTOVER)
    Dataset.objects.filter(name=NAME).update(stage_changed_at=timezone.now() - timedelta(hours=1))
    return creator


def get() -> Dataset:
    return Dataset.objects.get(name=NAME)


def count(measure: Measure, number: int, *, minutes_ago: int = 0, bucket_ms: int = 10) -> None:
    minute = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=minutes_ago)
    MinuteCount.objects.create(dataset=NAME, minute=minute, measure=measure, bucket_ms=bucket_ms, count=number)


def test_healthy_dataset_is_left_alone(reading):
    count(Measure.READ_MONGO, 100)

    assert watch_datasets(now=timezone.now()) == []
    assert get().stage == Stage.CUTOVER


def test_failing_reads_roll_back_and_alarm_a_person(reading):
    count(Measure.READ_MONGO, 94)
    count(Measure.READ_FAILED, 6)

    assert watch_datasets(now=timezone.now()) == [f"{NAME}: 6 of 100 reads of MongoDB failed (limit 5%)."]

    assert (get().stage, get().came_from) == (Stage.ROLLED_BACK, Stage.CUTOVER)
    entry = AuditEntry.objects.get(action="migration.dataset.rolled_back")
    assert (entry.actor_label, entry.reason) == ("watch", "6 of 100 reads of MongoDB failed (limit 5%).")
    notice = Notification.objects.get()
    assert (notice.recipient, notice.subject) == ("oncall@example.org", f"Veri: {NAME} was rolled back by itself")
    assert watch_datasets(now=timezone.now()) == []


def test_five_percent_of_failures_are_borne(reading):
    count(Measure.READ_MONGO, 95)
    count(Measure.READ_FAILED, 5)

    assert find_danger(dataset=get(), now=timezone.now()) == ""


def test_too_few_reads_prove_nothing(reading):
    count(Measure.READ_FAILED, 3)

    assert find_danger(dataset=get(), now=timezone.now()) == ""


@pytest.mark.parametrize(("minutes", "expected"), [(range(10), "above 500 ms"), (range(5), "")])
def test_slowness_counts_when_it_lasts(reading, minutes, expected):
    for ago in minutes:
        count(Measure.READ_MONGO, 50, minutes_ago=ago, bucket_ms=750)

    danger = find_danger(dataset=get(), now=timezone.now())

    assert expected in danger
    assert bool(danger) == bool(expected)


def test_one_fast_minute_ends_the_slowness(reading):
    for ago in range(10):
        count(Measure.READ_MONGO, 50, minutes_ago=ago, bucket_ms=100 if ago == 4 else 750)

    assert find_danger(dataset=get(), now=timezone.now()) == ""


def test_refused_writes_are_a_danger(reading):
    count(Measure.RELAY_WRITTEN, 980)
    count(Measure.RELAY_REFUSED, 20)

    assert "20 of 1000 refused" in find_danger(dataset=get(), now=timezone.now())


def test_lag_is_a_danger(reading):
    row = OutboxRow.objects.create(dataset=NAME, key=1, scope=1, version=1, operation="u")
    OutboxRow.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(seconds=90))

    assert "Writes wait 90 s for MongoDB" in find_danger(dataset=get(), now=timezone.now())


def test_lost_rows_and_lost_triggers_are_a_danger(reading):
    run = ParityRun.objects.filter(dataset=get()).latest("pk")
    mismatch = ParityMismatch.objects.create(run=run, key=1, kind="missing", first_seen=timezone.now())
    assert "1 rows are missing, stale or resurrected" in find_danger(dataset=get(), now=timezone.now())
    mismatch.delete()

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE creators_interaction DISABLE TRIGGER interactions_capture_update")
    try:
        assert "interactions_capture_update" in find_danger(dataset=get(), now=timezone.now())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE creators_interaction ENABLE ALWAYS TRIGGER interactions_capture_update")


def test_what_was_before_the_stage_does_not_count_against_it(reading, settings):
    settings.MIGRATION = replace(settings.MIGRATION, rollback_window_seconds=3600)
    count(Measure.READ_FAILED, 50, minutes_ago=30)
    assert find_danger(dataset=get(), now=timezone.now()) != ""

    Dataset.objects.filter(name=NAME).update(stage_changed_at=timezone.now())

    assert find_danger(dataset=get(), now=timezone.now()) == ""


def test_full_outbox_returns_the_dataset_to_off_and_says_so(reading, settings):
    settings.MIGRATION = replace(settings.MIGRATION, outbox_limit=3)
    switch("USE_MONGO", is_on=False)
    Interaction.objects.bulk_create([make_interaction(reading, f"more{number}") for number in range(2)])
    assert enforce_outbox_limits(now=timezone.now()) == []
    Interaction.objects.bulk_create([make_interaction(reading, f"yet{number}") for number in range(2)])

    assert enforce_outbox_limits(now=timezone.now()) == [NAME]

    dataset = get()
    assert (dataset.stage, dataset.is_capturing, dataset.is_held) == (Stage.OFF, False, True)
    assert OutboxRow.objects.filter(dataset=NAME).count() == 0
    assert "a new backfill is needed" in Notification.objects.get(subject__contains="returned to off").body
