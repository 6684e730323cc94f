"""Every button: why it is disabled, what it shows, what it does, what it refuses."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from migration.enums import Stage
from migration.models import Dataset, Preflight, RolloutPlan
from migration.services.stages import promote_dataset
from tests.console.conftest import (
    get_blocks,
    get_route,
    list_messages,
    make_interactions,
    page_address,
    put,
    step_address,
    switch,
    take,
)
from tests.migration.climbing import climb
from veri.console.steps import STEPS
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db
OFF = "USE_MONGO is off: switch it on, on the Flags page."
PERMISSIONS = {
    "start": "operate_dataset", "preflight": "operate_dataset", "backfill": "operate_dataset",
    "verify": "operate_dataset", "repair": "operate_dataset", "throttle": "operate_dataset",
    "promote": "operate_dataset", "pause": "operate_dataset", "resume": "operate_dataset",
    "plan_rollout": "cut_over_dataset", "cancel_rollout": "cut_over_dataset", "set_canary": "cut_over_dataset",
    "stop": "cut_over_dataset", "roll_back": "roll_back_dataset", "archive": "archive_dataset",
    "force": "force_dataset",
}  # fmt: skip


def test_every_step_has_its_permission():
    assert set(PERMISSIONS) == set(STEPS)


def test_dataset_that_is_off_says_why_nothing_can_be_done(console):
    guard = "1 guard does not hold: USE_MONGO is on (off). Switch USE_MONGO on, on the Flags page."
    assert get_blocks(console, "interactions") == {
        "promote": guard,
        "start": OFF,
        "preflight": "",
        "backfill": "Nothing is captured: start it first.",
        "verify": "Not everything is copied yet: rows on their way would count as missing.",
        "repair": "Nothing is captured: the relay could not bring a repair.",
        "throttle": "",
        "plan_rollout": "",
        "cancel_rollout": "There is no open plan.",
        "set_canary": "",
        "roll_back": "Its reads come from PostgreSQL already: it is off.",
        "pause": "There is nothing to pause: it is off.",
        "resume": "It is not paused.",
        "stop": "It is off already.",
        "archive": "An archive is for datasets that are done.",
        "force": "",
    }


@pytest.mark.parametrize(
    ("stage", "step", "expected"),
    [
        ("capture", "promote", "It moves to backfilling by its backfill."),
        ("capture", "force", "It moves to backfilling by its backfill."),
        ("capture", "start", "It was started already."),
        ("capture", "backfill", OFF),
        ("backfill", "promote", "It moves to catching up by its backfill."),
        ("backfill", "verify", "Not everything is copied yet: rows on their way would count as missing."),
        ("verify", "repair", "No open mismatch is known: verify to look for some."),
        ("canary", "backfill", "Its reads are on MongoDB: roll back first."),
        ("cutover", "plan_rollout", "Every creator reads MongoDB already."),
        ("done", "promote", "It is done: there is no step."),
        ("done", "archive", ""),
        ("paused", "promote", "It is paused: resume it first."),
        ("paused", "backfill", "It is paused: resume it first."),
        ("paused", "verify", "It is paused: resume it first."),
        ("paused", "pause", "There is nothing to pause: it is paused."),
        ("paused", "roll_back", ""),
        ("paused", "resume", OFF),
        ("rolled_back", "roll_back", "Its reads come from PostgreSQL already: it is rolled back."),
        ("rolled_back", "pause", "There is nothing to pause: it is rolled back."),
        ("rolled_back", "stop", ""),
    ],
)
def test_button_says_why_it_is_disabled(console, mongo, stage, step, expected):
    put("interactions", stage)
    assert get_blocks(console, "interactions")[step] == expected


@pytest.mark.parametrize("step", sorted(PERMISSIONS))
def test_missing_permission_is_named_first_and_the_step_refused(client, onlooker, mongo, step):
    put("interactions", "verify")
    client.force_login(onlooker)
    lacking = f"Your account lacks the permission migration.{PERMISSIONS[step]}."
    assert get_blocks(client, "interactions")[step] == lacking
    before = get_route()

    address = step_address("interactions", step)
    data = {"reason": "try", "typed_name": "interactions", "token": "", "kind": "full", "rows_per_second": 1}
    for response in (client.get(address), client.post(address, data)):
        assert response.status_code == 403
        assert PERMISSIONS[step].encode() in response.content

    assert get_route() == before


@pytest.mark.parametrize(("stage", "codename"), [("verify", "operate_dataset"), ("canary", "cut_over_dataset")])
def test_promoting_needs_what_the_step_itself_needs(client, onlooker, mongo, stage, codename):
    put("interactions", stage)
    client.force_login(onlooker)
    lacking = f"Your account lacks the permission migration.{codename}."
    assert get_blocks(client, "interactions")["promote"] == lacking
    onlooker.user_permissions.add(Permission.objects.get(codename=codename))
    assert get_blocks(client, "interactions")["promote"] != lacking


def test_force_needs_the_step_s_permission_too(client, onlooker, mongo):
    put("interactions", "canary")
    onlooker.user_permissions.add(Permission.objects.get(codename="force_dataset"))
    client.force_login(onlooker)
    lacking = "Your account lacks the permission migration.cut_over_dataset."
    assert get_blocks(client, "interactions")["force"] == lacking
    assert client.get(step_address("interactions", "force")).status_code == 403


@pytest.mark.parametrize("path", ["nowhere/backfill", "interactions/explode", "all/promote", "all/stop"])
def test_unknown_dataset_or_step_is_not_found(console, path):
    assert console.get(f"/admin/datasets/{path}/").status_code == 404


def test_start_pause_resume_roll_back_and_stop_do_what_they_say(console, creator, mongo):
    switch("USE_MONGO", is_on=True)
    take(console, "interactions", "stop", typed_name="interactions")
    assert get_route()[0] == "off"
    assert Dataset.objects.get(name="interactions").is_held
    for step, stage, said in (
        ("start", "capture", "Start, Interactions: capturing; backfill next."),
        ("pause", "paused", "Pause, Interactions: paused; reads come from PostgreSQL."),
        ("resume", "capture", "Resume, Interactions: resumed; it is capturing."),
        ("roll_back", "rolled_back", "Roll back, Interactions: rolled back; reads come from PostgreSQL."),
    ):
        response = take(console, "interactions", step)
        assert (list_messages(response), get_route()[0]) == ([said], stage)
        assert response.redirect_chain == [(page_address("interactions"), 302)]
        assert AuditEntry.objects.latest("pk").reason == "a test"


@pytest.mark.parametrize("reason", ["", "   ", "a\0b", "x" * 501])
def test_step_without_a_proper_reason_changes_nothing(console, creator, mongo, reason):
    switch("USE_MONGO", is_on=True)
    before = get_route()
    response = take(console, "interactions", "pause", reason=reason)
    assert response.context["form"].errors["reason"]
    assert get_route() == before


@pytest.mark.parametrize(("step", "stage"), [("promote", "canary"), ("stop", "canary"), ("force", "verify")])
@pytest.mark.parametrize("typed", ["", "memories", "Interactions"])
def test_grave_step_without_the_dataset_s_name_changes_nothing(console, mongo, step, stage, typed):
    put("interactions", stage)
    before = get_route()
    response = take(console, "interactions", step, typed_name=typed)
    assert response.context["form"].errors["typed_name"]
    assert get_route() == before


def test_promotion_shows_guards_and_moves(console, verified):
    page = console.get(step_address("interactions", "promote"))
    assert [one.guard.value for one in page.context["readings"]] == ["triggers", "lag", "dead_letters"]
    assert "typed_name" not in page.context["form"].fields
    response = take(console, "interactions", "promote")
    assert list_messages(response) == ["Promote, Interactions: moved to verifying."]
    assert get_route()[0] == "verify"


def test_promotion_behind_a_guard_is_skipped_with_its_reason(console, verified):
    climb("interactions", Stage.SHADOW)
    before = get_route()
    response = take(console, "interactions", "promote")
    (message,) = list_messages(response)
    assert message.startswith("Promote, Interactions: skipped. 2 guards do not hold: Shadow reads agree (")
    assert get_route() == before


def test_force_passes_guards_and_stands_in_the_trail(console, verified):
    climb("interactions", Stage.SHADOW)
    page = console.get(step_address("interactions", "force"))
    assert page.context["consequences"][0].startswith("By force, although: Shadow reads agree does not hold")
    response = take(console, "interactions", "force", typed_name="interactions", reason="the vendor insists")
    assert list_messages(response) == ["Force, Interactions: moved to canary reads by force."]
    entry = AuditEntry.objects.get(action="migration.dataset.canary")
    assert (entry.reason, entry.after["forced"]) == ("the vendor insists", True)
    trail = console.get(page_address("interactions")).context["trail"]
    assert [one.is_forced for one in trail if one.action == "to canary reads"] == [True]


def test_force_is_not_offered_when_every_guard_holds(console, verified):
    assert get_blocks(console, "interactions")["force"] == "Every guard holds: promote it instead."


def test_slower_operator_is_told_what_the_faster_one_did(console, client, verified, operator):
    seen = dict(console.get(step_address("interactions", "promote")).context["hidden"])
    promote_dataset(name="interactions", actor="somebody else", reason="first", now=timezone.now())
    before = get_route()

    response = console.post(step_address("interactions", "promote"), {**seen, "reason": "second"})

    assert response.status_code == 200
    (message,) = list_messages(response)
    assert message.startswith("This is not what was shown before: look at the plan again, then confirm.")
    assert "Latest: somebody else, to verifying, " in message
    assert get_route() == before


def test_throttle_limits_and_lifts(console, mongo):
    response = take(console, "interactions", "throttle", rows_per_second=500)
    assert list_messages(response) == ["Throttle, Interactions: at most 500 rows a second."]
    assert Dataset.objects.get(name="interactions").rows_per_second == 500
    response = take(console, "interactions", "throttle", rows_per_second=0)
    assert list_messages(response) == ["Throttle, Interactions: no limit any longer."]


@pytest.mark.parametrize("rows", ["-1", "many", "99999999", ""])
def test_throttle_without_sense_changes_nothing(console, mongo, rows):
    response = take(console, "interactions", "throttle", rows_per_second=rows)
    assert response.context["form"].errors["rows_per_second"]
    assert Dataset.objects.get(name="interactions").rows_per_second == 0


def test_preflight_is_one_click_and_is_kept(console, creator, mongo):
    make_interactions(creator, 2)
    response = console.post(step_address("interactions", "preflight"), follow=True)
    kept = Preflight.objects.get()
    assert list_messages(response) == [f"Preflight, Interactions: {len(kept.findings)} checks green."]
    assert kept.is_ok
    assert response.context["preflight"].is_ok


def test_preflight_without_mongo_says_what_failed(console, creator, dead_mongo):
    response = console.post(step_address("interactions", "preflight"), follow=True)
    (message,) = list_messages(response)
    assert message.startswith("Preflight, Interactions: reachable: ServerSelectionTimeoutError")
    assert not Preflight.objects.get().is_ok


def test_rollout_as_it_was_changed_is_shown_before_it_is_written(console, mongo):
    put("interactions", "canary")
    changed = {"percents": "5, 50", "start": "2026-12-01 09:00", "every_hours": "12"}
    page = take(console, "interactions", "plan_rollout", **changed)
    assert list_messages(page)[0].startswith("This is not what was shown before")
    assert page.context["preview"].rows == [
        ("5 % of the creators", "2026-12-01 09:00"),
        ("50 % of the creators", "2026-12-01 21:00"),
    ]
    assert RolloutPlan.objects.count() == 0

    hidden = dict(page.context["hidden"])
    data = {**hidden, **changed, "reason": "slowly"}
    response = console.post(step_address("interactions", "plan_rollout"), data, follow=True)
    plan = RolloutPlan.objects.get()
    assert list_messages(response) == [f"Plan rollout, Interactions: plan {plan.pk} is open, 2 steps."]
    assert list(plan.steps.order_by("percent").values_list("percent", flat=True)) == [5, 50]

    response = take(console, "interactions", "cancel_rollout")
    assert list_messages(response) == ["End rollout, Interactions: the plan is ended."]
    assert RolloutPlan.objects.filter(finished_at=None).count() == 0


@pytest.mark.parametrize("percents", ["", "50, 10", "0, 10", "10, 101", "ten", "10, 10"])
def test_rollout_without_sense_is_not_written(console, mongo, percents):
    response = take(console, "interactions", "plan_rollout", percents=percents, every_hours="1")
    assert response.context["form"].errors["percents"]
    assert RolloutPlan.objects.count() == 0


def test_canary_share_shows_whom_it_reaches_and_is_set(console, creator, mongo):
    put("interactions", "canary", read_percent=10)
    share = {"percent": "40", "allowed": f"{creator.pk}", "denied": "991, 992"}
    page = take(console, "interactions", "set_canary", **share)
    assert dict(page.context["facts"])["Then"] == ("40 % of the creators, 1 always, 2 never: reaches 1 of 1 creators")
    data = {**dict(page.context["hidden"]), **share, "reason": "a bit more"}
    response = console.post(step_address("interactions", "set_canary"), data, follow=True)
    assert list_messages(response) == ["Set share, Interactions: 40 % of the creators, 1 always, 2 never."]
    dataset = Dataset.objects.get(name="interactions")
    assert (dataset.read_percent, dataset.allowed, dataset.denied) == (40, [creator.pk], [991, 992])


@pytest.mark.parametrize("share", [{"allowed": "1", "denied": "1"}, {"percent": "101"}, {"denied": "-3"}])
def test_canary_share_without_sense_is_not_set(console, mongo, share):
    put("interactions", "canary", read_percent=10)
    response = take(console, "interactions", "set_canary", **{"percent": "10", "allowed": "", "denied": "", **share})
    assert response.context["form"].errors
    assert Dataset.objects.get(name="interactions").allowed == []


def test_percentage_is_only_for_the_canary(console, mongo):
    put("interactions", "cutover")
    form = console.get(step_address("interactions", "set_canary")).context["form"]
    assert form.fields["percent"].disabled
