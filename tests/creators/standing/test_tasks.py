"""Tasks and achievements: proved, linked or judged; paid once; two reviewers, one decision."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from creators.errors import (
    InvalidTask,
    LinkNotUnderstood,
    ReviewNotAllowed,
    SubmissionAlreadyReviewed,
    TaskAlreadySubmitted,
    TaskNotFulfilled,
    TaskNotOpen,
)
from creators.models import Achievement, ContentItem, PointEntry, SeasonTotal, Streak, Task, TaskSubmission, User
from creators.services.games.achievements import award_achievements, revoke_achievement
from creators.services.games.tasks import complete_evidence_tasks, review_submission, submit_task
from creators.subscriptions import _count_published
from creators.task_rules import ContentLink, check_task, read_link
from tests.creators.conftest import NOW
from tests.creators.standing.conftest import connect, publish
from veri.platform.ops.models import AuditEntry


def make_task(code="three-a-week", **fields) -> Task:
    given = {
        "title": "Three a week", "rule_kind": "platform_evidence", "rule": {"count": 3, "within_days": 7},
        "points": 100, "opens_at": NOW - timedelta(days=30), "created_at": NOW, "updated_at": NOW,
    }  # fmt: skip
    return Task.objects.create(code=code, **{**given, **fields})


def submit(creator, owner, code="three-a-week", now=NOW, **fields):
    return submit_task(creator=creator, code=code, now=now, **fields)


def test_evidence_of_connected_accounts_fulfils_a_task_once(creator, owner):
    make_task()
    publish(creator, "tiktok", *[{"views": 1}] * 3, days=1)
    with pytest.raises(TaskNotFulfilled, match="0 of 3"):
        submit(creator, owner)
    connect(creator)
    ContentItem.objects.filter(external_id__endswith="-2").update(availability="deleted")
    with pytest.raises(TaskNotFulfilled, match="2 of 3"):
        submit(creator, owner)
    assert TaskSubmission.objects.count() == PointEntry.objects.count() == 0
    ContentItem.objects.update(availability="public")
    done = submit(creator, owner)
    assert (done.state, len(done.evidence["content_ids"]), done.rule_version) == ("approved", 3, 1)
    with pytest.raises(TaskAlreadySubmitted):
        submit(creator, owner)
    assert complete_evidence_tasks(creator_id=creator.pk, now=NOW) == 0
    assert SeasonTotal.objects.get().points == 100


def test_weekly_task_is_paid_each_week_for_new_content(creator, owner):
    make_task(repeat="weekly")
    connect(creator)
    publish(creator, "tiktok", *[{"views": 1}] * 3, days=1)
    assert submit(creator, owner).period == "2026-W44"
    with pytest.raises(TaskNotFulfilled, match="0 of 3"):
        submit(creator, owner, now=NOW + timedelta(days=3))
    ContentItem.objects.update(published_at=NOW + timedelta(days=2))
    assert submit(creator, owner, now=NOW + timedelta(days=3)).period == "2026-W45"
    assert SeasonTotal.objects.get().points == 200


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("https://www.tiktok.com/@ana/video/7301234567890123456", ("tiktok", "7301234567890123456")),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=3", ("youtube", "dQw4w9WgXcQ")),
        ("https://youtu.be/dQw4w9WgXcQ", ("youtube", "dQw4w9WgXcQ")),
        ("https://x.com/ana/status/1990000000000000000", ("x", "1990000000000000000")),
        ("https://www.twitch.tv/videos/123", ("twitch", "123")),
    ],
)
def test_links_are_read(link, found):
    assert read_link(link) == ContentLink(platform=found[0], external_id=found[1])


@pytest.mark.parametrize(
    "link",
    [
        "http://www.tiktok.com/@ana/video/7301234567890123456",
        "https://www.tiktok.com.evil.example/@ana/video/7301234567890123456",
        "https://ana@www.tiktok.com/@ana/video/7301234567890123456",
        "https://127.0.0.1/@ana/video/7301234567890123456",
        "https://www.tiktok.com:8443/@ana/video/7301234567890123456",
        "https://www.youtube.com/watch?list=x",
        "https://[::1",
        "javascript:alert(1)",
        "https://x.com/ana\n/status/1",
        "",
        "https://x.com/" + "a" * 600,
    ],
)
def test_other_links_are_refused(link):
    with pytest.raises(LinkNotUnderstood):
        read_link(link)


def test_link_must_lead_to_the_creators_own_item(creator, owner):
    make_task("post-vegan", rule_kind="link", rule={"tag": "#vegan"})
    connect(creator)
    link = "https://www.tiktok.com/@ana/video/7301234567890123456"
    with pytest.raises(TaskNotFulfilled):
        submit(creator, owner, "post-vegan", link=link)
    (item,) = publish(creator, "tiktok", {"views": 1}, external_id="7301234567890123456")
    with pytest.raises(TaskNotFulfilled):
        submit(creator, owner, "post-vegan", link=link)
    ContentItem.objects.update(tags=["vegan"])
    assert submit(creator, owner, "post-vegan", link=link).evidence == {"content_ids": [str(item.pk)]}


def test_closed_and_foreign_tasks_are_refused(creator, owner):
    make_task("later", opens_at=NOW + timedelta(days=1))
    make_task("over", closes_at=NOW)
    make_task("far", audience={"countries": ["JP"]})
    for code in ("later", "over", "far"):
        with pytest.raises(TaskNotOpen):
            submit(creator, owner, code)
    assert TaskSubmission.objects.count() == 0


def test_two_reviewers_at_once_decide_once(transactional_db, creator, owner):
    make_task("judged", rule_kind="staff", rule={})
    waiting = submit(creator, owner, "judged", note="done")
    reviewers = [User.objects.create(username=f"reviewer{number}", is_staff=True) for number in range(4)]
    told = []

    def review(user, is_approved):
        try:
            review_submission(
                submission_id=waiting.pk, is_approved=is_approved, acting_user=user, reason="seen", now=NOW
            )
            told.append("decided")
        except SubmissionAlreadyReviewed as error:
            told.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=review, args=(user, True)) for user in reviewers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = TaskSubmission.objects.get()
    assert sorted(told) == sorted(["decided", *[f"{stored.reviewer_label} decided first: Approved."] * 3])
    assert SeasonTotal.objects.get().points == 100
    assert AuditEntry.objects.filter(action="task_submission.approved").count() == 1


def test_refused_work_may_be_handed_in_again_and_owners_judge_nothing_of_theirs(creator, owner, stranger):
    make_task("judged", rule_kind="staff", rule={})
    first = submit(creator, owner, "judged")
    with pytest.raises(ReviewNotAllowed):
        review_submission(submission_id=first.pk, is_approved=True, acting_user=owner, reason="r", now=NOW)
    review_submission(submission_id=first.pk, is_approved=False, acting_user=stranger, reason="blurred", now=NOW)
    assert PointEntry.objects.count() == 0
    assert submit(creator, owner, "judged").state == "waiting"


@pytest.mark.parametrize(
    ("kind", "rule", "audience"),
    [
        ("platform_evidence", {}, {}),
        ("platform_evidence", {"count": True}, {}),
        ("platform_evidence", {"count": 10**30}, {}),
        ("platform_evidence", {"count": 1, "platforms": ["myspace"]}, {}),
        ("link", {"count": 1}, {}),
        ("link", {"tag": "two words"}, {}),
        ("staff", [], {}),
        ("staff", {}, {"countries": ["Portugal"]}),
        ("staff", {}, {"age": ["18"]}),
    ],
)
def test_rules_that_say_nothing_are_refused(kind, rule, audience):
    with pytest.raises(InvalidTask):
        check_task(rule_kind=kind, rule=rule, audience=audience)


def test_achievements_are_awarded_once_with_their_points(creator):
    connect(creator)
    assert award_achievements(now=NOW) == 1
    assert award_achievements(now=NOW) == award_achievements(now=NOW, creator_ids=[creator.pk]) == 0
    held = Achievement.objects.get()
    assert (held.code, held.tier, held.rule_version) == ("first_connection", 1, 1)
    assert SeasonTotal.objects.get().points == 50


def test_streaks_reach_every_tier_they_pass(creator):
    Streak.objects.create(creator=creator, length=3, longest=31, computed_at=NOW)
    assert award_achievements(now=NOW, creator_ids=[creator.pk]) == 2
    assert list(Achievement.objects.order_by("tier").values_list("code", "tier")) == [("streak", 7), ("streak", 30)]


def test_fraud_takes_an_achievement_for_good(creator, owner):
    connect(creator)
    award_achievements(now=NOW)
    revoke_achievement(achievement_id=Achievement.objects.get().pk, acting_user=owner, reason="forged", now=NOW)
    assert SeasonTotal.objects.get().points == 0
    assert award_achievements(now=NOW) == 0
    with pytest.raises(Achievement.DoesNotExist):
        revoke_achievement(achievement_id=Achievement.objects.get().pk, acting_user=owner, reason="again", now=NOW)


def test_recorded_content_counts_days_tasks_and_achievements(creator):
    make_task()
    connect(creator)
    items = publish(creator, "tiktok", *[{"views": 1}] * 3)
    ContentItem.objects.update(published_at=timezone.now() - timedelta(minutes=5))
    payload = {"creator_id": creator.pk, "content_ids": [item.pk for item in items]}
    _count_published(payload=payload)
    _count_published(payload=payload)
    assert sorted(PointEntry.objects.values_list("cause_kind", "points")) == [
        ("achievement", 20),
        ("achievement", 50),
        ("streak_day", 10),
        ("task", 100),
    ]


def test_api_lists_tasks_takes_work_and_says_what_is_missing(client, creator, django_assert_num_queries):
    make_task()
    connect(creator)
    url = "/api/v1/tasks?creator=lumenkitchen"
    with django_assert_num_queries(5):
        body = client.get(url).json()
    assert [(one["task"]["code"], one["submission"]) for one in body["results"]] == [("three-a-week", None)]
    make_task("judged", rule_kind="staff", rule={})
    make_task("other", rule_kind="staff", rule={})
    with django_assert_num_queries(5):
        assert len(client.get(url).json()["results"]) == 3
    refused = client.post("/api/v1/tasks/three-a-week/submissions", {"creator": "lumenkitchen"}, format="json")
    assert (refused.status_code, refused.json()["detail"]) == (422, "0 of 3 published so far.")
    taken = client.post("/api/v1/tasks/judged/submissions", {"creator": "lumenkitchen", "note": "x"}, format="json")
    assert (taken.status_code, taken.json()["state"]) == (201, "waiting")
    again = client.post("/api/v1/tasks/judged/submissions", {"creator": "lumenkitchen"}, format="json")
    assert again.status_code == 409
    assert client.post("/api/v1/tasks/none/submissions", {"creator": "lumenkitchen"}, format="json").status_code == 404
    assert client.get("/api/v1/creators/lumenkitchen/submissions").json()["results"][0]["state"] == "waiting"
    assert client.get("/api/v1/creators/lumenkitchen/achievements").json()["results"] == []
    points = client.get("/api/v1/creators/lumenkitchen/points").json()
    assert points["results"] == []


def test_calendar_shows_the_month_and_refuses_what_is_none(client, creator):
    body = client.get("/api/v1/creators/lumenkitchen/calendar?month=2026-11").json()
    assert (body["month"], body["days"], body["streak"]["length"]) == ("2026-11", [], 0)
    for month in ("2026-13", "x", "0000-01", "9999-12", "2026-1", "\0"):
        assert client.get("/api/v1/creators/lumenkitchen/calendar", {"month": month}).status_code == 400
