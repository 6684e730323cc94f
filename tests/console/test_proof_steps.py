"""Verification and repair from the console, and what the workers do for them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from migration.models import Dataset, DatasetArchive, OutboxRow, ParityMismatch, ParityRun
from migration.services.backfill import run_backfill
from migration.services.verification import check_parity
from migration.services.verification.keys import verify_keys
from migration.tasks import (
    check_dataset_parity_task,
    repair_task,
    run_backfill_task,
    verify_keys_task,
    verify_task,
    write_archive_task,
)
from tests.console.conftest import (
    drain,
    get_blocks,
    list_messages,
    make_interactions,
    page_address,
    put,
    step_address,
    switch,
    take,
)
from veri.platform.ops.models import AuditEntry
from veri.platform.ops.services.heartbeats import record_heartbeat

pytestmark = pytest.mark.django_db
LIST = reverse("admin:migration_paritymismatch_changelist")


@pytest.fixture
def bent(verified, mongo):
    """A row bent, one lost, and a stray document; the run that found them."""
    first, second, _ = verified
    mongo.interactions.update_one({"_id": first.pk}, {"$set": {"text": "bent"}})
    mongo.interactions.delete_one({"_id": second.pk})
    mongo.interactions.insert_one({"_id": 999_999, "text": "stray", "_mig": {"v": 1}})
    return check_parity(name="interactions", clock=timezone.now, recheck_seconds=0.3)


@pytest.fixture
def asked(operator):
    return {"dataset": "interactions", "actor_id": operator.pk, "reason": "a test"}


def count_untouched():
    return OutboxRow.objects.count(), ParityMismatch.objects.filter(repaired_at=None).count()


def test_queue_without_a_worker_is_said(console, verified, queued):
    response = take(console, "interactions", "verify", kind="full")
    text = "queued, but no worker was seen lately; it starts when one is there."
    assert list_messages(response) == [f"Verify, Interactions: {text}"]
    assert queued() == 1


def test_broker_away_is_a_clear_message(console, verified, dead_broker):
    response = take(console, "interactions", "verify", kind="full")
    (message,) = list_messages(response)
    assert message.startswith("Verify, Interactions: not started, the task queue is away (")
    assert ParityRun.objects.filter(dataset__name="interactions").count() == 1


@pytest.mark.parametrize(("mode", "is_blocked"), [("full", True), ("sample", False)])
def test_only_a_full_pass_under_way_holds_the_next_up(console, mongo, mode, is_blocked):
    dataset, now = put("interactions", "verify"), timezone.now()
    ParityRun.objects.create(dataset=dataset, mode=mode, started_at=now, updated_at=now)
    blocked = get_blocks(console, "interactions")["verify"]
    assert blocked.startswith("A full pass is running since ") == is_blocked
    assert bool(blocked) == is_blocked
    running = console.get(page_address("interactions")).context["proof"]["running"]
    assert running.state == "Running"


@pytest.mark.parametrize("data", [{"kind": "everything"}, {"kind": "scope"}, {"kind": "scope", "creator": "nobody"}])
def test_verification_of_nothing_sensible_is_not_queued(console, verified, queued, data):
    response = take(console, "interactions", "verify", **data)
    assert response.context["form"].errors
    assert queued() == 0


@pytest.mark.parametrize("creator_name", ["@lumenkitchen", "lumenkitchen", "id"])
def test_one_creator_is_found_by_handle_or_id(console, creator, verified, queued, creator_name):
    record_heartbeat(name="worker:w1", now=timezone.now())
    name = str(creator.pk) if creator_name == "id" else creator_name
    response = take(console, "interactions", "verify", kind="scope", creator=name)
    assert list_messages(response) == ["Verify, Interactions: queued; this page follows it."]
    assert queued() == 1


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ({"mode": "full"}, ("deep", "full", "clean", 3)),
        ({"mode": "sample"}, ("deep", "sample", "clean", 3)),
        ({"mode": "recent"}, ("deep", "recent", "clean", 3)),
        ({"tier": "fast"}, ("fast", "full", "clean", 3)),
    ],
)
def test_worker_verifies_as_it_was_asked(verified, asked, kind, expected):
    verify_task.run(**asked, **kind, unknown=1)
    run = ParityRun.objects.latest("pk")
    assert (run.tier, run.mode, run.state, run.compared) == expected
    assert run.started_by == "operator"
    entry = AuditEntry.objects.get(action="migration.parity")
    assert (entry.actor_label, entry.reason) == ("operator", "a test")


def test_worker_verifies_one_creator(verified, creator, asked):
    verify_task.run(**asked, mode="scope", scope=creator.pk)
    run = ParityRun.objects.latest("pk")
    assert (run.mode, run.scope, run.compared) == ("scope", creator.pk, 3)


def test_verification_longer_than_a_slice_asks_for_the_rest(verified, asked, monkeypatch, queued):
    monkeypatch.setattr("migration.tasks.SLICE_SECONDS", -1.0)
    monkeypatch.setitem(check_parity.__kwdefaults__, "window", 1)
    verify_task.run(**asked)
    assert ParityRun.objects.latest("pk").state == "running"
    assert queued() == 1
    monkeypatch.undo()
    verify_task.run(**asked, is_continued=True)
    assert ParityRun.objects.latest("pk").state == "clean"
    assert AuditEntry.objects.filter(action="migration.parity").count() == 1


def test_verification_rests_while_its_dataset_is_paused(verified, asked, monkeypatch, queued):
    monkeypatch.setattr("migration.tasks.SLICE_SECONDS", -1.0)
    monkeypatch.setitem(check_parity.__kwdefaults__, "window", 1)
    put("interactions", "paused", came_from="catchup")
    verify_task.run(**asked)
    assert (ParityRun.objects.latest("pk").state, queued()) == ("running", 0)


def test_verification_without_mongo_is_kept_as_failed(verified, asked, dead_mongo):
    verify_task.run(**asked)
    assert ParityRun.objects.latest("pk").state == "failed"
    entry = AuditEntry.objects.get(action="migration.parity.failed")
    assert entry.after["error"].startswith("MongoDB is away (")


def test_dry_run_names_the_keys_and_changes_nothing(console, verified, bent):
    page = console.get(step_address("interactions", "repair"))
    assert {**dict(page.context["facts"]), "Passes": ""} == {
        "Passes": "",
        "Rewritten from PostgreSQL": "2",
        "Removed from MongoDB": "1",
        "Deleted since, removed as well": "0",
        "Foreign documents deleted": "0",
    }
    assert sorted(page.context["preview"].rows) == sorted(
        [
            (str(verified[0].pk), "Other content", "text", "Rewrite the document from its row"),
            (str(verified[1].pk), "Missing in MongoDB", "", "Rewrite the document from its row"),
            ("999999", "Extra in MongoDB", "", "Put a tombstone on the orphan"),
        ]
    )
    assert count_untouched() == (0, 3)
    assert not AuditEntry.objects.filter(action="migration.reconcile").exists()


def test_repair_is_queued_done_and_proven(console, bent, asked, queued, monkeypatch):
    response = take(console, "interactions", "repair")
    assert list_messages(response)[0].startswith("Repair, Interactions: queued")
    assert queued() == 1

    monkeypatch.setitem(verify_keys.__kwdefaults__, "wait_seconds", 0.2)
    repair_task.run(**asked, runs=[bent.pk])
    assert AuditEntry.objects.get(action="migration.reconcile").reason == "a test"
    assert drain() == 3
    verify_keys_task.run(**asked, runs=[bent.pk], ids=list(bent.mismatches.values_list("pk", flat=True)))
    assert bent.mismatches.filter(resolved_at=None).count() == 0
    run = check_parity(name="interactions", clock=timezone.now, recheck_seconds=0.3)
    assert (run.state, run.compared, run.mismatched) == ("clean", 3, 0)


def test_plan_that_has_changed_meanwhile_is_shown_again(console, verified, bent, mongo, queued):
    seen = dict(console.get(step_address("interactions", "repair")).context["hidden"])
    mongo.interactions.delete_one({"_id": verified[2].pk})
    check_parity(name="interactions", clock=timezone.now, recheck_seconds=0.3)

    response = console.post(step_address("interactions", "repair"), {**seen, "reason": "a test"})

    assert response.status_code == 200
    assert list_messages(response)[0].startswith("This is not what was shown before")
    assert (count_untouched()[0], queued()) == (0, 0)


def test_repair_after_everything_was_sent_is_blocked(console, verified, bent):
    ParityMismatch.objects.update(repaired_at=timezone.now())
    expected = "No open mismatch is known: verify to look for some."
    assert get_blocks(console, "interactions")["repair"] == expected


def choose(client, action, rows, **data):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    page = client.post(f"{LIST}?open=yes", chosen)
    if not data:
        return page
    hidden = [*page.context["hidden"], *data.items()]
    return client.post(LIST, {name: [value for key, value in hidden if key == name] for name, _ in hidden}, follow=True)


def test_chosen_mismatches_are_repaired_and_the_others_not(console, bent, asked, queued, monkeypatch):
    lost, other = bent.mismatches.get(kind="missing"), bent.mismatches.get(kind="content")
    page = choose(console, "repair_selected", [lost])
    assert page.context["preview"]["caption"] == "Dry run: 1 keys"
    assert page.context["preview"]["rows"][0][0] == str(lost.key)
    assert count_untouched() == (0, 3)

    response = choose(console, "repair_selected", [lost], reason="this one first")
    assert list_messages(response)[0].startswith("interactions, 1 mismatches: queued")
    assert queued() == 1

    monkeypatch.setitem(verify_keys.__kwdefaults__, "wait_seconds", 0.2)
    repair_task.run(**asked, runs=[bent.pk], ids=[lost.pk])
    lost.refresh_from_db()
    other.refresh_from_db()
    assert (lost.repaired_at is None, other.repaired_at) == (False, None)


def test_chosen_mismatches_are_looked_at_again(console, bent, queued):
    response = choose(console, "verify_selected", list(bent.mismatches.all()), reason="look again")
    assert list_messages(response)[0].startswith("interactions, 3 mismatches: queued")
    assert queued() == 1


def test_actions_on_mismatches_are_not_there_without_the_permission(client, onlooker, bent, queued):
    client.force_login(onlooker)
    assert b"repair_selected" not in client.get(LIST).content
    row = bent.mismatches.first()
    data = {"action": "repair_selected", "_selected_action": [row.pk], "confirmed": "yes", "reason": "try"}
    client.post(LIST, data)
    assert queued() == 0


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("dataset=interactions", 3),
        ("dataset=memories", 0),
        ("kind__exact=missing", 1),
        ("field=text", 1),
        ("field=nothing", 0),
        ("age=1", 0),
        ("open=yes", 3),
        ("open=waiting", 3),
        ("open=sent", 0),
        ("open=resolved", 0),
        ("outcome__exact=suspended", 0),
        ("run=1x", 3),
    ],
)
def test_browser_filters(console, bent, query, expected):
    response = console.get(f"{LIST}?{query}")
    assert response.status_code == 200
    assert response.context["cl"].result_count == expected


def test_difference_is_shown_field_by_field(console, verified, mongo):
    mongo.interactions.update_one({"_id": verified[0].pk}, {"$set": {"text": "bent", "payload": "x" * 300}})
    run = check_parity(name="interactions", clock=timezone.now, recheck_seconds=0.3)
    address = reverse("admin:migration_paritymismatch_change", args=[run.mismatches.get().pk])
    detail = console.get(address).context["detail"]
    shown = {pair.name: (pair.row_value, pair.document_value) for pair in detail.fields if pair.differs}
    assert shown["text"] == ("hello 0", "bent")
    assert shown["payload"][1].startswith("x" * 200 + "… (300 characters)")


def test_texts_are_withheld_without_the_permission(client, onlooker, verified, bent):
    client.force_login(onlooker)
    page = client.get(reverse("admin:migration_paritymismatch_change", args=[bent.mismatches.get(kind="content").pk]))
    pair = next(one for one in page.context["detail"].fields if one.name == "text")
    assert pair.differs
    assert pair.row_value.startswith("withheld: 7 characters, hash ")
    assert b"hello 0" not in page.content
    assert b"bent" not in page.content


def test_mismatch_without_mongo_says_so(console, verified, bent, dead_mongo):
    page = console.get(reverse("admin:migration_paritymismatch_change", args=[bent.mismatches.first().pk]))
    assert page.context["detail_error"].startswith("MongoDB is away (")


def test_tasks_copy_and_prove(transactional_db, operator, creator, mongo):
    make_interactions(creator, 5)
    switch("USE_MONGO", is_on=True)
    run_backfill_task.run(dataset="interactions", actor_id=operator.pk, reason="a test", unknown=1)
    check_dataset_parity_task.run(dataset="interactions", actor_id=operator.pk, reason="prove it", unknown=1)
    run = ParityRun.objects.get(dataset__name="interactions")
    assert (run.dataset.stage, run.state, run.compared) == ("catchup", "clean", 5)
    started = AuditEntry.objects.get(action="migration.parity")
    assert (started.actor_label, started.reason) == ("operator", "prove it")


def test_backfill_longer_than_a_slice_asks_for_the_rest(transactional_db, creator, asked, monkeypatch, queued):
    make_interactions(creator, 3)
    switch("USE_MONGO", is_on=True)
    monkeypatch.setattr("migration.tasks.SLICE_SECONDS", -1.0)
    monkeypatch.setitem(run_backfill.__kwdefaults__, "chunk", 1)

    run_backfill_task.run(**asked)

    dataset = Dataset.objects.get(name="interactions")
    assert (dataset.stage, dataset.backfills.get().copied, queued()) == ("backfill", 1, 1)


@pytest.fixture
def archives(settings, tmp_path):
    settings.ARCHIVE_DIR = tmp_path


def test_archive_is_queued_written_and_listed(console, creator, asked, queued, archives):
    make_interactions(creator, 2)
    put("interactions", "done")
    response = take(console, "interactions", "archive")
    assert list_messages(response)[0].startswith("Archive, Interactions: queued")
    assert queued() == 1
    write_archive_task.run(**asked)
    assert DatasetArchive.objects.get().rows == 2
    assert len(console.get(page_address("interactions")).context["archives"]) == 1


def test_archive_of_a_dataset_that_is_not_done_is_kept_as_failed(asked, mongo):
    write_archive_task.run(**asked)
    entry = AuditEntry.objects.get(action="migration.archive.failed")
    assert entry.after["error"].startswith("interactions is off: an archive is for")
    assert DatasetArchive.objects.count() == 0
