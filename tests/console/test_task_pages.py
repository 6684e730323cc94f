"""Tasks in the console: made and changed with a reason, reviewed once, refused in words."""

import json

import pytest
from django.urls import reverse

from creators.models import Achievement, FreezeEntry, SeasonTotal, Streak, Task, TaskSubmission
from tests.console.standing import make_standing
from veri.platform.ops.models import AuditEntry

LIST = "admin:creators_tasksubmission_changelist"
FORM = {
    "code": "three-a-week", "title": "Three a week", "description": "", "rule_kind": "platform_evidence",
    "rule": json.dumps({"count": 3, "within_days": 7}), "points": "100", "repeat": "weekly", "audience": "{}",
    "opens_at_0": "2026-11-01", "opens_at_1": "12:00:00", "closes_at_0": "", "closes_at_1": "", "is_active": "on",
    "reason": "autumn",
}  # fmt: skip


@pytest.fixture
def waiting(creator) -> TaskSubmission:
    make_standing(creator)
    return TaskSubmission.objects.get()


def act(console, submission, action, **given):
    data = {"action": action, "_selected_action": [submission.pk], **given}
    return console.post(reverse(LIST), data, follow=True)


def test_task_is_made_and_changed_with_a_reason_and_a_new_version_of_its_rule(console, operator):
    console.post(reverse("admin:creators_task_add"), FORM)
    task = Task.objects.get()
    assert (task.code, task.rule, task.rule_version) == ("three-a-week", {"count": 3, "within_days": 7}, 1)
    changed = {**FORM, "rule": json.dumps({"count": 4}), "reason": "harder"}
    console.post(reverse("admin:creators_task_change", args=[task.pk]), changed)
    task.refresh_from_db()
    assert (task.rule, task.rule_version) == ({"count": 4}, 2)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", "reason")) == [
        ("task.created", "autumn"),
        ("task.updated", "harder"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"rule": "{"},
        {"rule": '{"count": 0}'},
        {"audience": '{"countries": ["Portugal"]}'},
        {"points": "0"},
        {"points": "9" * 30},
        {"closes_at_0": "2026-10-01", "closes_at_1": "12:00:00"},
        {"reason": ""},
    ],
)
def test_task_that_says_nothing_is_a_form_error(console, operator, wrong):
    response = console.post(reverse("admin:creators_task_add"), {**FORM, **wrong})
    assert response.status_code == 200
    assert Task.objects.count() == 0


def test_review_asks_for_a_reason_pays_once_and_tells_who_was_first(console, operator, waiting):
    assert "Their points are paid at once." in act(console, waiting, "approve").content.decode()
    assert TaskSubmission.objects.get().state == "waiting"
    act(console, waiting, "approve", confirmed="yes", reason="seen")
    stored = TaskSubmission.objects.get()
    assert (stored.state, stored.reviewer_label, stored.reason) == ("approved", "operator", "seen")
    points = SeasonTotal.objects.order_by("-pk")[0].points
    told = act(console, waiting, "refuse", confirmed="yes", reason="late").content.decode()
    assert "operator decided first: Approved." in told
    assert SeasonTotal.objects.order_by("-pk")[0].points == points
    assert TaskSubmission.objects.get().state == "approved"


def test_staff_without_the_permission_decide_nothing(client, onlooker, waiting):
    client.force_login(onlooker)
    act(client, waiting, "approve", confirmed="yes", reason="seen")
    assert TaskSubmission.objects.get().state == "waiting"


def test_achievement_is_revoked_with_a_reason(console, operator, waiting):
    held = Achievement.objects.get()
    data = {"action": "revoke", "_selected_action": [held.pk], "confirmed": "yes", "reason": "forged days"}
    console.post(reverse("admin:creators_achievement_changelist"), data, follow=True)
    held.refresh_from_db()
    assert held.revoked_reason == "forged days"


def test_zone_changed_twice_in_a_day_is_a_form_error(console, operator, creator):
    form = {
        "display_name": "", "bio": "", "country": "", "language": "en", "tags": "", "roles": "creator",
        "consent_state": "pending", "is_active": "on", "reason": "moved", "owner": creator.owner_id,
        "connections-TOTAL_FORMS": "0", "connections-INITIAL_FORMS": "0",
    }  # fmt: skip
    url = reverse("admin:creators_creator_change", args=[creator.pk])
    assert console.post(url, {**form, "timezone": "Asia/Tokyo"}).status_code == 302
    again = console.post(url, {**form, "timezone": "Europe/Lisbon"})
    assert "can be changed again after" in again.content.decode()
    creator.refresh_from_db()
    assert creator.timezone == "Asia/Tokyo"


def test_freeze_is_granted_with_a_reason_once_a_day(console, operator, waiting):
    streak = Streak.objects.get()
    FreezeEntry.objects.all().delete()
    data = {"action": "grant", "_selected_action": [streak.pk]}
    url = reverse("admin:creators_streak_changelist")
    assert "It bridges a day missed from today on" in console.post(url, data, follow=True).content.decode()
    assert FreezeEntry.objects.count() == 0
    for _ in range(2):
        console.post(url, {**data, "confirmed": "yes", "reason": "our outage"}, follow=True)
    assert list(FreezeEntry.objects.values_list("kind", "reason")) == [("granted", "our outage")]
    streak.refresh_from_db()
    assert streak.freezes == 1
    assert AuditEntry.objects.filter(action="streak.freeze_granted").count() == 1
