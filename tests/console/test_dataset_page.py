from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from migration.enums import Stage
from migration.models import (
    BackfillRun,
    CaptureHeartbeat,
    Dataset,
    DatasetArchive,
    ParityMismatch,
    ParityRun,
    RelayState,
    RolloutPlan,
    RolloutStep,
    ShadowRead,
)
from migration.services.stages import promote_dataset
from tests.console.conftest import page_address, put, switch
from tests.migration.climbing import climb
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db
PAGE = page_address("interactions")


def show(client, dataset="interactions", **query):
    response = client.get(page_address(dataset), query)
    assert response.status_code == 200
    return response


@pytest.mark.parametrize("stage", Stage.values)
@pytest.mark.parametrize("url", ["dataset_page", "dataset_live"])
def test_every_stage_is_rendered(console, mongo, stage, url):
    put("interactions", stage)
    response = console.get(reverse(f"admin:{url}", args=["interactions"]))
    assert response.status_code == 200
    assert b"<script>" not in response.content


@pytest.mark.parametrize("url", ["dataset_page", "dataset_live"])
def test_unknown_dataset_is_not_found(console, url):
    assert console.get(reverse(f"admin:{url}", args=["nowhere"])).status_code == 404


def test_page_without_the_right_to_look_is_refused(client, onlooker):
    onlooker.user_permissions.clear()
    client.force_login(onlooker)
    for url in ("dataset_page", "dataset_live"):
        assert client.get(reverse(f"admin:{url}", args=["interactions"])).status_code == 403


def test_guards_of_the_next_step_are_a_table(console, verified):
    climb("interactions", Stage.VERIFY)
    ParityRun.objects.filter(dataset__name="interactions").delete()
    response = show(console)
    found = {one.guard.value: one.is_ok for one in response.context["step"].readings}
    assert found == {"triggers": True, "lag": True, "dead_letters": True, "deep_pass": False, "mismatches": False}
    text = response.content.decode()
    assert 'data-guard="deep_pass" class="differs"' in text
    assert "none since the backfill" in text
    assert "Verify the dataset." in text


def test_running_backfill_shows_rate_rest_and_why_it_waits(console, mongo):
    dataset, now = put("interactions", "backfill"), timezone.now()
    run = BackfillRun.objects.create(
        dataset=dataset, first_key=1, last_key=1000, cursor=250, copied=250, estimated_total=900, rows_per_second=50,
        started_at=now, updated_at=now,
    )  # fmt: skip
    view = show(console).context["card"].backfill
    assert view.sentence == "250 of about 1,000 rows so far, 50 rows/s, about 15 s left"
    assert (view.percent, view.tone) == (25.0, "info")

    BackfillRun.objects.filter(pk=run.pk).update(waiting_because="The relay's lag is 7 s.")
    view = show(console).context["card"].backfill
    assert (view.waiting, view.tone) == ("The relay's lag is 7 s.", "warn")
    assert view.sentence == "250 of about 1,000 rows so far, 50 rows/s"

    BackfillRun.objects.filter(pk=run.pk).update(waiting_because="", updated_at=now - timedelta(minutes=5))
    assert show(console).context["card"].backfill.waiting.startswith("No progress for 5 min")


def test_backfill_that_does_not_agree_is_red(console, mongo):
    now = timezone.now()
    BackfillRun.objects.create(
        dataset=put("interactions", "backfill"), phase="done", copied=3, problem="2 rows are missing.",
        started_at=now, updated_at=now, finished_at=now,
    )  # fmt: skip
    view = show(console).context["card"].backfill
    assert (view.tone, view.problem) == ("bad", "2 rows are missing.")


def test_lag_chart_breaks_where_nothing_was_measured(console, mongo):
    dataset, now = put("interactions", "verify"), timezone.now()
    for minutes in (50, 49, 20, 19):
        at = now - timedelta(minutes=minutes)
        CaptureHeartbeat.objects.create(
            dataset=dataset, key=1, version=1, sent_at=at, seen_at=at + timedelta(seconds=2), depth=4
        )
    lag, depth, latency, parity = show(console, hours="1").context["charts"]
    assert lag.lines[0].latest == "2 s"
    assert lag.lines[0].path.count("M") == 2
    assert depth.lines[0].highest == "4 rows"
    assert (latency.lines, parity.lines) == ([], [])


def test_window_that_is_not_offered_is_the_usual_one(console):
    chosen = [hours for hours, _, is_chosen in show(console, hours="9999").context["windows"] if is_chosen]
    assert chosen == ["6"]


def test_parity_below_99_percent_is_red_and_mismatches_are_counted(console, verified):
    climb("interactions", Stage.VERIFY)
    dataset, now = Dataset.objects.get(name="interactions"), timezone.now()
    run = ParityRun.objects.create(
        dataset=dataset, state="different", compared=100, mismatched=3, started_at=now, finished_at=now
    )
    found = ((1, "content", ["text", "type"], 0), (2, "content", ["text"], 3), (3, "missing", [], 30))
    for key, kind, fields, age in found:
        ParityMismatch.objects.create(run=run, key=key, kind=kind, fields=fields, first_seen=now - timedelta(hours=age))
    proof = show(console).context["proof"]
    card = show(console).context["card"]
    assert (card.health_tone, card.health) == ("bad", "3 of 100 keys differ (97 % agree).")
    assert [(one.kind.value, one.field, one.by_age) for one, _ in proof["counts"]] == [
        ("content", "text", (1, 1, 0, 0)),
        ("content", "type", (1, 0, 0, 0)),
        ("missing", "", (0, 0, 1, 0)),
    ]


def test_mismatch_found_again_by_a_later_pass_counts_once(console, verified):
    dataset, now = put("interactions", "verify"), timezone.now()
    for _ in range(2):
        run = ParityRun.objects.create(
            dataset=dataset, state="different", mode="sample", compared=10, started_at=now, finished_at=now
        )
        ParityMismatch.objects.create(run=run, key=7, kind="stale", first_seen=now)
    ((one, query),) = show(console).context["proof"]["counts"]
    assert one.total == 1
    found = console.get(f"{reverse('admin:migration_paritymismatch_changelist')}?{query}")
    assert found.status_code == 200


def test_shadow_reads_are_compared_with_noise_and_percentiles(console, mongo):
    put("interactions", "canary")
    base = {"datasets": ["interactions"], "scope": 1, "kind": "list", "at": timezone.now()}
    for outcome, noise in (("match", False), ("match", False), ("mismatch", False), ("mismatch", True)):
        ShadowRead.objects.create(**base, outcome=outcome, is_noise=noise, postgres_ms=10, mongo_ms=4, detail="2 of 5")
    reads = show(console).context["reads"]
    assert (reads["match"], reads["shadow"].noise) == ("66.6666 %", 1)
    assert reads["stores"] == [("PostgreSQL", ["10.0 ms"] * 3), ("MongoDB", ["4.0 ms"] * 3)]
    assert [one.detail for one in reads["different"]] == ["2 of 5"]


def test_rollout_that_waits_says_why(console, mongo):
    dataset, now = put("interactions", "canary", read_percent=10), timezone.now()
    plan = RolloutPlan.objects.create(
        flag="READ_FROM_MONGO", dataset=dataset, created_by="x", created_at=now, held_because="the lag is 9 s"
    )
    for percent, begin, reached in ((10, -2, now), (25, -1, None), (50, 1, None)):
        not_before = now + timedelta(hours=begin)
        RolloutStep.objects.create(plan=plan, percent=percent, not_before=not_before, reached_at=reached)
    response = show(console)
    states = [(step.percent, state) for step, state, _ in response.context["reads"]["steps"]]
    assert states == [(10, "reached"), (25, "waits"), (50, "planned")]
    assert "Waits: the lag is 9 s" in response.content.decode()


def test_relay_that_stopped_is_said(console, mongo):
    RelayState.objects.create(dataset="interactions", stopped_because="Column text is gone.", updated_at=timezone.now())
    assert "The relay stopped for this dataset: Column text is gone." in show(console).content.decode()


def test_archives_say_how_to_verify_and_restore_them(console, mongo):
    now = timezone.now()
    archive = DatasetArchive.objects.create(
        dataset=put("interactions", "done"), path="a.jsonl.gz", rows=3, size=99, sha256="ab", created_by="x",
        created_at=now, keep_until=now,
    )  # fmt: skip
    text = show(console).content.decode()
    assert f"manage.py migration verify-archive {archive.pk}" in text
    assert f"manage.py migration restore-archive {archive.pk} --reason" in text


def test_trail_keeps_reason_and_guards(console, operator, verified):
    promote_dataset(name="interactions", actor=operator, reason="it is quiet", now=timezone.now())
    entry = show(console).context["trail"][0]
    assert (entry.actor, entry.action, entry.reason) == ("operator", "to verifying", "it is quiet")
    assert [(label, one["ok"]) for label, one in entry.guards] == [
        ("Every trigger is alive", True),
        ("The relay keeps up", True),
        ("The quarantine is empty", True),
    ]


def test_trail_is_hidden_without_the_permission(client, onlooker, verified):
    client.force_login(onlooker)
    assert show(client).context["trail"] is None
    assert AuditEntry.objects.exists()


def test_page_costs_a_bounded_number_of_queries(console, verified):
    switch("READ_FROM_MONGO", is_on=True)
    climb("interactions", Stage.CANARY)
    with CaptureQueriesContext(connection) as queries:
        show(console)
    assert len(queries) <= 80
