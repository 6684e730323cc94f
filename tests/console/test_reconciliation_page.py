import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from creators.models import Interaction
from migration.models import Dataset, OutboxRow, ParityMismatch, ParityRun
from migration.services.backfill import run_backfill
from migration.services.verification import check_parity
from migration.tasks import check_dataset_parity_task, run_backfill_task
from tests.console.conftest import drain, list_messages, make_interactions, switch
from veri.platform.ops.models import AuditEntry
from veri.platform.ops.services.heartbeats import record_heartbeat

pytestmark = pytest.mark.django_db
PAGE = reverse("admin:reconciliation")


def address(dataset, step):
    return reverse("admin:dataset_step", args=[dataset, step])


def get_card(client, dataset):
    return next(card for card in client.get(PAGE).context["cards"] if card.name == dataset)


def get_blocks(client, dataset):
    return {button.step: button.blocked for button in get_card(client, dataset).buttons}


def take(client, dataset, step, **data):
    """Open the step's page, then confirm what it shows."""
    hidden = dict(client.get(address(dataset, step)).context["hidden"])
    return client.post(address(dataset, step), {**hidden, "reason": "a test", **data}, follow=True)


def test_dataset_that_is_off_says_why_nothing_can_be_done(console):
    assert get_blocks(console, "interactions") == {
        "backfill": "Nothing is captured: switch USE_MONGO on first.",
        "check_parity": "Nothing was copied yet: backfill first.",
        "reconcile": "Nothing is captured: the relay could not bring a repair.",
        "cut_over": "The latest parity check is not clean.",
        "roll_back": "Its reads are not on MongoDB.",
    }


def test_verified_dataset_shows_its_figures(console, verified):
    card = get_card(console, "interactions")
    assert (card.stage, card.reads_from, card.outbox_depth, card.quarantined) == ("Verified", "PostgreSQL", 0, 0)
    assert (card.parity.agreement, card.parity.state, card.parity.compared) == ("100 %", "Clean", "3")
    assert card.backfill.sentence.startswith("3 rows, ended ")


def test_waiting_rows_are_counted_with_their_lag(console, verified):
    Interaction.objects.update(text="changed")
    card = get_card(console, "interactions")
    assert (card.outbox_depth, card.outbox_lag) == (3, "under a second")


def test_dry_run_names_the_keys_and_changes_nothing_then_reconcile_repairs(console, verified, mongo):
    first, second, _ = verified
    mongo.interactions.update_one({"_id": first.pk}, {"$set": {"text": "bent"}})
    mongo.interactions.delete_one({"_id": second.pk})
    mongo.interactions.insert_one({"_id": 999_999, "text": "stray", "_mig": {"v": 1}})
    check_parity(name="interactions", clock=timezone.now, recheck_seconds=0.5)

    page = console.get(address("interactions", "reconcile"))
    assert dict(page.context["facts"]) | {"Parity check": None} == {
        "Parity check": None,
        "Rewritten from PostgreSQL": "2",
        "Removed from MongoDB": "1",
        "Deleted since, removed as well": "0",
    }
    assert page.context["preview"].rows == [
        (str(first.pk), "Other content", "text", "write the row again"),
        (str(second.pk), "Missing in MongoDB", "", "write the row again"),
        ("999999", "Extra in MongoDB", "", "remove the document"),
    ]
    assert (OutboxRow.objects.count(), ParityMismatch.objects.filter(repaired_at=None).count()) == (0, 3)
    assert not AuditEntry.objects.filter(action="migration.reconcile").exists()

    response = take(console, "interactions", "reconcile")
    assert list_messages(response) == [
        "Reconcile, Interactions: 2 rewritten, 1 removed, all through the relay. Check parity again."
    ]
    assert AuditEntry.objects.get(action="migration.reconcile").reason == "a test"
    assert drain() == 3
    run = check_parity(name="interactions", clock=timezone.now, recheck_seconds=0.5)
    assert (run.state, run.compared, run.mismatched) == ("clean", 3, 0)


def test_plan_that_has_changed_meanwhile_is_shown_again(console, verified, mongo):
    mongo.interactions.delete_one({"_id": verified[0].pk})
    check_parity(name="interactions", clock=timezone.now, recheck_seconds=0.5)
    seen = dict(console.get(address("interactions", "reconcile")).context["hidden"])
    mongo.interactions.delete_one({"_id": verified[1].pk})
    check_parity(name="interactions", clock=timezone.now, recheck_seconds=0.5)

    response = console.post(address("interactions", "reconcile"), {**seen, "reason": "a test"})

    assert response.status_code == 200
    assert list_messages(response) == ["Things have changed since this page was opened: look at the plan again."]
    assert (OutboxRow.objects.count(), ParityMismatch.objects.exclude(repaired_at=None).count()) == (0, 0)


def test_cut_over_and_roll_back(console, verified):
    switch("READ_FROM_MONGO", is_on=True)
    response = take(console, "interactions", "cut_over", typed_name="interactions")
    assert list_messages(response) == ["Cut over, Interactions: cut over."]
    assert get_card(console, "interactions").reads_from == "MongoDB"

    response = take(console, "interactions", "roll_back")
    assert list_messages(response) == ["Roll back, Interactions: rolled back; reads come from PostgreSQL."]
    assert Dataset.objects.get(name="interactions").stage == "verify"


@pytest.mark.parametrize(
    "data", [{"typed_name": "memories", "reason": "r"}, {"typed_name": "interactions", "reason": ""}]
)
def test_cut_over_without_its_name_or_a_reason_moves_nothing(console, verified, data):
    hidden = dict(console.get(address("interactions", "cut_over")).context["hidden"])
    response = console.post(address("interactions", "cut_over"), {**hidden, **data})
    assert response.context["form"].errors
    assert Dataset.objects.get(name="interactions").stage == "verify"


def test_step_that_is_blocked_is_skipped_with_its_reason(console):
    response = take(console, "interactions", "cut_over", typed_name="interactions")
    assert list_messages(response) == ["Cut over, Interactions: skipped. The latest parity check is not clean."]
    assert Dataset.objects.get(name="interactions").stage == "off"


def test_backfill_is_queued_for_a_worker(console, creator, mongo, queued):
    switch("USE_MONGO", is_on=True)
    record_heartbeat(name="worker:w1", now=timezone.now())
    response = take(console, "all", "backfill")
    assert list_messages(response) == [
        "Backfill, Creator profiles, Interactions, Memories, Memory vectors: queued; this page follows it.",
        "Backfill: 4 done, 0 skipped.",
    ]
    assert queued() == 4


def test_queue_without_a_worker_is_said(console, verified, queued):
    response = take(console, "interactions", "check_parity")
    assert list_messages(response) == [
        "Check parity, Interactions: queued, but no worker was seen lately; it starts when one is there."
    ]
    assert queued() == 1


def test_broker_away_is_a_clear_message(console, verified, dead_broker):
    response = take(console, "interactions", "check_parity")
    (message,) = list_messages(response)
    assert message.startswith("Check parity, Interactions: not started, the task queue is away (")
    assert ParityRun.objects.filter(dataset__name="interactions").count() == 1


def test_mongo_away_leaves_page_and_refuses_nothing_silently(console, verified, dead_mongo):
    response = console.get(PAGE)
    assert response.status_code == 200
    mismatch = ParityMismatch.objects.create(run=ParityRun.objects.first(), key=verified[0].pk, kind="content")
    page = console.get(reverse("admin:migration_paritymismatch_change", args=[mismatch.pk]))
    assert page.status_code == 200
    assert page.context["detail_error"].startswith("MongoDB is away (")


def test_tasks_copy_and_prove(transactional_db, operator, creator, mongo):
    make_interactions(creator, 5)
    switch("USE_MONGO", is_on=True)
    run_backfill_task.run(dataset="interactions", actor_id=operator.pk, reason="a test", unknown=1)
    check_dataset_parity_task.run(dataset="interactions", actor_id=operator.pk, reason="prove it", unknown=1)
    dataset = Dataset.objects.get(name="interactions")
    run = ParityRun.objects.get(dataset=dataset)
    assert (dataset.stage, run.state, run.compared) == ("verify", "clean", 5)
    started = AuditEntry.objects.get(action="migration.parity")
    assert (started.actor_label, started.reason) == ("operator", "prove it")


def test_refused_backfill_is_kept_in_the_audit(operator):
    from migration.errors import StageConflict

    with pytest.raises(StageConflict):
        run_backfill_task.run(dataset="interactions", actor_id=operator.pk, reason="too early")
    entry = AuditEntry.objects.get(action="migration.backfill.failed")
    assert entry.after == {"error": "interactions is off: switch USE_MONGO on before a backfill."}


@pytest.mark.usefixtures("transactional_db", "mongo")
def test_long_backfill_goes_on_in_slices(operator, creator, monkeypatch, queued):
    make_interactions(creator, 3)
    switch("USE_MONGO", is_on=True)
    monkeypatch.setattr("migration.tasks.SLICE_SECONDS", -1.0)
    monkeypatch.setitem(run_backfill.__kwdefaults__, "chunk", 1)

    run_backfill_task.run(dataset="interactions", actor_id=operator.pk, reason="a test")

    dataset = Dataset.objects.get(name="interactions")
    assert (dataset.stage, dataset.backfills.get().copied, queued()) == ("backfill", 1, 1)


@pytest.mark.parametrize("step", ["backfill", "check_parity", "reconcile", "cut_over", "roll_back"])
def test_staff_without_permission_is_refused_every_step(client, onlooker, verified, step):
    client.force_login(onlooker)
    permission = "cut_over_dataset" if step in ("cut_over", "roll_back") else "operate_dataset"
    assert get_blocks(client, "interactions")[step] == f"Your account lacks the permission migration.{permission}."
    before = (AuditEntry.objects.count(), Dataset.objects.get(name="interactions").epoch)

    data = {"reason": "try", "typed_name": "interactions", "token": ""}
    response = client.post(address("interactions", step), data)

    assert response.status_code == 403
    assert (AuditEntry.objects.count(), Dataset.objects.get(name="interactions").epoch) == before


@pytest.mark.parametrize("path", ["nowhere/backfill", "interactions/explode", "all/cut_over"])
def test_unknown_dataset_or_step_is_not_found(console, path):
    assert console.get(f"{PAGE}{path}/").status_code == 404


def test_difference_is_shown_field_by_field(console, verified, mongo):
    mongo.interactions.update_one({"_id": verified[0].pk}, {"$set": {"text": "bent", "payload": "x" * 300}})
    run = check_parity(name="interactions", clock=timezone.now, recheck_seconds=0.5)
    detail = console.get(reverse("admin:migration_paritymismatch_change", args=[run.mismatches.get().pk])).context[
        "detail"
    ]

    shown = {pair.name: (pair.row_value, pair.document_value) for pair in detail.fields if pair.differs}
    assert shown == {
        "text": ("hello 0", "bent"),
        "payload": ('{"number": 0}', "x" * 200 + "… (300 characters)"),
    }


def test_texts_are_withheld_without_the_permission(client, onlooker, verified, mongo):
    mongo.interactions.update_one({"_id": verified[0].pk}, {"$set": {"text": "bent"}})
    run = check_parity(name="interactions", clock=timezone.now, recheck_seconds=0.5)
    client.force_login(onlooker)

    page = client.get(reverse("admin:migration_paritymismatch_change", args=[run.mismatches.get().pk]))

    pair = next(one for one in page.context["detail"].fields if one.name == "text")
    assert pair.differs
    assert pair.row_value.startswith("withheld: 7 characters, hash ")
    assert b"hello 0" not in page.content
    assert b"bent" not in page.content


def test_cut_over_dataset_is_not_backfilled(console, verified):
    climb("interactions", Stage.CUTOVER)
    assert get_blocks(console, "interactions")["backfill"] == "Its reads are on MongoDB: roll back first."


def test_cards_cost_the_same_number_of_queries_with_more_rows(console, verified, creator):
    def count():
        with CaptureQueriesContext(connection) as queries:
            console.get(reverse("admin:reconciliation_live"))
        return len(queries)

    few = count()
    Interaction.objects.update(text="again")
    assert count() == few
