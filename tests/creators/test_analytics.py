from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from creators.models import AnalyticsEvent
from creators.services.analytics import ANALYTICS_DAYS, remove_old_analytics
from tests.conftest import NOW

URL = "/api/v1/analytics/events"
EVENT = {"id": "a-1", "name": "task.opened", "occurred_at": "2026-05-14T09:30:00Z"}


def report(client, *events):
    return client.post(URL, {"events": list(events)}, format="json")


def test_reports_are_kept_once_for_each_user(client, stranger_client, owner):
    second = {**EVENT, "id": "a-2", "properties": {"task": "7", "is_first": True, "seconds": 1.5}}
    assert report(client, EVENT, second).json() == {"recorded": 2, "known": 0}
    assert report(client, second, {**EVENT, "id": "a-3"}).json() == {"recorded": 1, "known": 1}
    assert report(stranger_client, EVENT).json() == {"recorded": 1, "known": 0}
    kept = AnalyticsEvent.objects.get(user=owner, client_id="a-2")
    assert (kept.name, kept.properties) == ("task.opened", {"task": "7", "is_first": True, "seconds": 1.5})


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Task opened"},
        {"id": ""},
        {"id": "a\0b"},
        {"occurred_at": "soon"},
        {"occurred_at": (timezone.now() + timedelta(days=2)).isoformat()},
        {"properties": {"deep": {"er": 1}}},
        {"properties": {"long": "x" * 501}},
        {"properties": {"x" * 501: 1}},
        {"properties": {"nul": "\0"}},
        {"properties": {str(number): 1 for number in range(21)}},
    ],
)
def test_one_wrong_event_refuses_the_batch(client, wrong):
    answer = report(client, {**EVENT, "id": "fine"}, {**EVENT, **wrong})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert not AnalyticsEvent.objects.exists()


def test_batch_has_a_limit_and_needs_somebody(client):
    assert report(client, *({**EVENT, "id": str(number)} for number in range(501))).status_code == 400
    assert report(client).status_code == 400
    assert report(APIClient(), EVENT).status_code == 401


def test_old_reports_are_removed(owner):
    for days in (ANALYTICS_DAYS - 1, ANALYTICS_DAYS + 1):
        at = NOW - timedelta(days=days)
        AnalyticsEvent.objects.create(user=owner, client_id=str(days), name="seen", occurred_at=at, received_at=at)
    assert remove_old_analytics(now=NOW) == 1
    assert AnalyticsEvent.objects.get().client_id == str(ANALYTICS_DAYS - 1)
