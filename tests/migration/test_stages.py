"""The ladder: every step behind its guards, aside and back, one operator at a time, audited."""

import threading
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.utils import timezone

from creators.models import Interaction, User
from migration.enums import LADDER, READ_STAGES, Stage
from migration.errors import ForceNotAllowed, GuardFailed, ReasonMissing, StageConflict
from migration.models import Dataset, OutboxRow, ParityRun, RolloutPlan
from migration.queries.climb import get_next_step
from migration.queries.routes import Store, choose_store
from migration.queries.status import get_latest_parity
from migration.services.flags import align_capture
from migration.services.stages import (
    pause_dataset,
    promote_dataset,
    resume_dataset,
    roll_back_dataset,
    start_dataset,
    stop_dataset,
    throttle_dataset,
)
from migration.subscribers import verify_stage
from migration.transitions import TRANSITIONS, find_next
from tests.migration.climbing import SCOPE, climb, shadow_reads
from tests.migration.conftest import drain, make_interaction, switch
from veri.platform.events.models import Event
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "interactions"


def change(service, **values):
    return service(**{"name": NAME, "actor": "operator", "reason": "because", "now": timezone.now(), **values})


def get() -> Dataset:
    return Dataset.objects.get(name=NAME)


@pytest.fixture
def started(creator, mongo):
    """Three rows of one creator while every dataset is captured."""
    Interaction.objects.bulk_create([make_interaction(creator, str(number)) for number in range(3)])
    switch("USE_MONGO")
    return creator


def test_dataset_climbs_to_done_behind_its_guards(started):
    switch("READ_FROM_MONGO")

    assert climb(NAME, Stage.DONE).stage == Stage.DONE

    entries = AuditEntry.objects.filter(action__startswith="migration.dataset.", target_id=str(get().pk))
    reached = [one.after["stage"] for one in entries.order_by("id") if "stage" in one.after]
    assert reached == [stage.value for stage in LADDER[1:]]
    cut_over = entries.get(action="migration.dataset.cutover")
    assert all(guard["ok"] for guard in cut_over.after["guards"])
    assert {"deep_pass", "dual_write", "backup", "shadow"} <= {guard["guard"] for guard in cut_over.after["guards"]}
    assert choose_store(datasets=[NAME], scope=SCOPE) is Store.MONGO


def test_every_stage_of_the_ladder_has_a_way_up_aside_and_back():
    for stage, above in pairwise(LADDER):
        assert find_next(stage).target == above
    for stage in LADDER[1:]:
        for aside in (Stage.PAUSED, Stage.ROLLED_BACK, Stage.OFF):
            assert (stage, aside) in TRANSITIONS
        assert (Stage.PAUSED, stage) in TRANSITIONS
    assert find_next(Stage.DONE) is None


def test_step_is_refused_when_a_guard_does_not_hold_and_nothing_changes(started):
    climb(NAME, Stage.VERIFY)
    before = (get().stage, get().epoch, AuditEntry.objects.count())

    with pytest.raises(GuardFailed, match=r"fresh deep pass.*none since the backfill") as refusal:
        change(promote_dataset)

    assert {one.guard.value for one in refusal.value.readings if not one.is_ok} == {"deep_pass", "mismatches"}
    assert (get().stage, get().epoch, AuditEntry.objects.count()) == before


def test_windows_hold_a_cutover_back(started, settings):
    climb(NAME, Stage.CANARY)
    settings.MIGRATION = replace(settings.MIGRATION, high_volume_dual_write_seconds=14 * 86_400)

    with pytest.raises(GuardFailed, match="Dual write ran long enough does not hold"):
        change(promote_dataset)

    assert get().stage == Stage.CANARY


def test_cutover_needs_a_verified_backup(started):
    climb(NAME, Stage.CANARY)

    with pytest.raises(GuardFailed, match=r"A backup was verified does not hold: never"):
        change(promote_dataset)


def test_force_passes_guards_with_a_permission_and_a_reason(started, owner):
    climb(NAME, Stage.VERIFY)
    chief = User.objects.create_superuser("chief", password="correct horse battery")

    with pytest.raises(ForceNotAllowed):
        change(promote_dataset, actor=owner, is_forced=True)
    with pytest.raises(ReasonMissing):
        change(promote_dataset, actor=chief, reason=" ", is_forced=True)
    assert get().stage == Stage.VERIFY

    assert change(promote_dataset, actor=chief, is_forced=True).stage == Stage.SHADOW
    entry = AuditEntry.objects.get(action="migration.dataset.shadow")
    assert (entry.after["forced"], entry.reason) == (True, "because")
    assert {"guard": "deep_pass", "ok": False}.items() <= entry.after["guards"][3].items()


def test_force_cannot_skip_a_stage(started):
    climb(NAME, Stage.VERIFY)

    with pytest.raises(StageConflict, match="next step is shadow reads"):
        change(promote_dataset, target=Stage.CUTOVER, is_forced=True)


@pytest.mark.parametrize("stage", [one for one in LADDER[1:] if one != Stage.BACKFILL])
def test_rollback_from_every_stage_keeps_capturing_and_may_be_proven_again(started, stage):
    switch("READ_FROM_MONGO")
    climb(NAME, stage)

    assert change(roll_back_dataset).came_from == stage

    assert choose_store(datasets=[NAME], scope=SCOPE) is Store.POSTGRES
    make_interaction(started, "after").save()
    assert OutboxRow.objects.filter(dataset=NAME).count() == 1
    drain()
    if stage == Stage.CAPTURE:  # nothing was copied
        with pytest.raises(GuardFailed, match="backfill is complete and validated does not hold: never"):
            change(promote_dataset)
    else:
        assert change(promote_dataset).stage == Stage.VERIFY


@pytest.mark.parametrize("stage", [Stage.CAPTURE, Stage.VERIFY, Stage.CANARY, Stage.SOAK])
def test_pause_rests_reads_and_resume_returns(started, stage):
    switch("READ_FROM_MONGO")
    climb(NAME, stage)
    is_read = stage in READ_STAGES

    change(pause_dataset)

    assert choose_store(datasets=[NAME], scope=SCOPE) is Store.POSTGRES
    with pytest.raises(StageConflict, match="no step up"):
        change(promote_dataset)
    assert change(resume_dataset).stage == stage
    assert choose_store(datasets=[NAME], scope=SCOPE) is (Store.MONGO if is_read else Store.POSTGRES)


def test_of_two_operators_one_wins_and_the_other_is_told(started):
    climb(NAME, Stage.VERIFY)
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def click(service) -> None:
        barrier.wait()
        try:
            change(service)
            outcomes.append("done")
        except StageConflict as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=click, args=[roll_back_dataset]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(one == "done" for one in outcomes) == [False, True]
    assert "somebody was faster" in next(one for one in outcomes if one != "done")
    assert AuditEntry.objects.filter(action="migration.dataset.rolled_back").count() == 1


def test_slower_operator_does_not_take_the_step_after(started):
    climb(NAME, Stage.CATCHUP)
    drain()
    change(promote_dataset, target=Stage.VERIFY)

    with pytest.raises(StageConflict, match="next step is shadow reads"):
        change(promote_dataset, target=Stage.VERIFY)

    assert get().stage == Stage.VERIFY


def test_entering_canary_writes_the_default_plan(started):
    climb(NAME, Stage.SHADOW)
    shadow_reads(NAME)

    change(promote_dataset)

    plan = RolloutPlan.objects.get(dataset=get())
    assert list(plan.steps.order_by("percent").values_list("percent", flat=True)) == [10, 25, 50, 75, 100]
    assert get().read_percent == 0


def test_stopped_dataset_stays_off_until_it_is_started(started):
    climb(NAME, Stage.VERIFY)

    assert (change(stop_dataset).stage, get().is_capturing) == (Stage.OFF, False)

    from django.db import transaction

    with transaction.atomic():
        align_capture(actor="relay", reason="follow", now=timezone.now())
    assert get().stage == Stage.OFF
    assert change(start_dataset).stage == Stage.CAPTURE
    with pytest.raises(StageConflict, match="by its backfill"):
        change(promote_dataset)


def test_switching_off_keeps_capturing_what_was_copied(started):
    climb(NAME, Stage.VERIFY)

    switch("USE_MONGO", is_on=False)
    make_interaction(started, "meanwhile").save()

    assert get().stage == Stage.VERIFY
    assert OutboxRow.objects.filter(dataset=NAME).count() == 1
    assert Dataset.objects.get(name="memories").stage == Stage.OFF

    switch("USE_MONGO")
    drain()
    assert OutboxRow.objects.count() == 0


def test_throttle_is_kept_and_audited(started):
    assert change(throttle_dataset, rows_per_second=500).rows_per_second == 500

    assert AuditEntry.objects.get(action="migration.dataset.throttle").after == 500


def test_next_step_names_guards_values_and_remedy(started):
    climb(NAME, Stage.VERIFY)

    step = get_next_step(dataset=get(), now=timezone.now())

    assert (step.target, step.is_open) == (Stage.SHADOW, False)
    assert "Verify the dataset" in step.obstacle
    assert {one.guard.value: one.finding.value for one in step.readings}["dead_letters"] == "0 rows"


def test_lag_of_the_window_counts_not_only_the_present(started, settings):
    settings.MIGRATION = replace(settings.MIGRATION, catchup_seconds=600)
    climb_now = timezone.now()
    Dataset.objects.filter(name=NAME).update(captured_at=climb_now - timedelta(hours=1))
    climb(NAME, Stage.CATCHUP)
    get().heartbeats.create(
        key=1, version=1, sent_at=climb_now - timedelta(minutes=5), seen_at=climb_now - timedelta(minutes=4)
    )

    with pytest.raises(GuardFailed, match=r"The relay keeps up does not hold: .* at most 60\.0 s"):
        change(promote_dataset)


def test_each_stage_is_followed_by_a_sample_check(started):
    climb(NAME, Stage.VERIFY)
    event = Event.objects.filter(name="migration.stage_changed").latest("pk")
    assert event.payload == {"dataset": NAME, "stage": "verify"}

    verify_stage(payload=event.payload)

    run = ParityRun.objects.get(mode="sample")
    assert (run.state, run.compared, run.started_by) == ("clean", 3, "stage")
    assert get_latest_parity(name=NAME) is None  # a sample proves no dataset
