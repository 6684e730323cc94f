from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from billing.services.grants import grant_quota
from billing.services.metering import reserve_usage, settle_usage
from billing.services.pricing import TokenCounts
from creators.models import Creator, User
from tests.billing.conftest import NOW, ask

URL = "/api/v1/usage"


def use(creator, action="a-1"):
    reserve_usage(request=ask(action, creator=creator), now=timezone.now())
    settle_usage(source="assistant", action=action, counts=TokenCounts(input=10))


def sign_in(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_usage_of_the_caller_is_told(price, creator, owner):
    use(creator)
    answer = sign_in(owner).get(URL, {"creator": "lumenkitchen"})
    body = answer.json()
    assert answer.status_code == 200
    assert (body["cost_micro_usd"], body["requests_used"], body["requests_limit"]) == (10, 1, 10_000)
    assert [(one["service"], one["requests"], one["cost_micro_usd"]) for one in body["services"]] == [("claude", 1, 10)]


def test_usage_of_others_is_not_told(price, creator):
    use(creator)
    stranger = sign_in(User.objects.create_user("bea"))
    assert stranger.get(URL).json()["services"] == []
    assert stranger.get(URL, {"creator": "lumenkitchen"}).status_code == 404


def test_usage_needs_a_caller_and_its_scope(db, owner):
    anonymous = APIClient().get(URL)
    assert (anonymous.status_code, anonymous["Content-Type"]) == (401, "application/problem+json")


def test_usage_query_count_is_constant(price, creator, owner, django_assert_num_queries):
    client = sign_in(owner)
    use(creator)
    with django_assert_num_queries(4):
        client.get(URL)
    for number in range(3):
        other = Creator.objects.create(owner=owner, handle=f"other{number}", created_at=NOW, updated_at=NOW)
        use(other, f"b-{number}")
    with django_assert_num_queries(4):
        assert client.get(URL).json()["requests_used"] == 4


def test_days_are_told_by_service_and_feature(price, creator, owner):
    use(creator)
    today = timezone.now().date()
    body = sign_in(owner).get(f"{URL}/days", {"creator": "lumenkitchen"}).json()
    assert (body["cost_micro_usd"], body["until"]) == (10, f"{today + timedelta(days=1)}")
    assert body["days"] == [
        {
            "day": f"{today}", "service": "claude", "feature": "assistant", "requests": 1, "prompt_tokens": 10,
            "cache_read_tokens": 0, "output_tokens": 0, "units": 0, "cost_micro_usd": 10,
        }
    ]  # fmt: skip
    stranger = sign_in(User.objects.create_user("bea"))
    assert stranger.get(f"{URL}/days").json()["days"] == []
    assert stranger.get(f"{URL}/days", {"creator": "lumenkitchen"}).status_code == 404


@pytest.mark.parametrize(
    ("days", "named"),
    [
        ({"since": "soon"}, "/since"),
        ({"until": "9999-12-31"}, "/until"),
        ({"since": "\0"}, "/since"),
        ({"since": "2026-02-01", "until": "2026-02-01"}, "/since"),
        ({"since": "2025-01-01", "until": "2026-02-01"}, "/since"),
    ],
)
def test_days_that_are_none_are_refused_by_name(owner, days, named):
    answer = sign_in(owner).get(f"{URL}/days", days)
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (400, [named])


def test_days_ask_the_same_queries_for_one_creator_and_for_three(price, creator, owner, django_assert_num_queries):
    client = sign_in(owner)
    use(creator)
    with django_assert_num_queries(2):
        client.get(f"{URL}/days")
    for number in range(2):
        use(Creator.objects.create(owner=owner, handle=f"o{number}", created_at=NOW, updated_at=NOW), f"b-{number}")
    with django_assert_num_queries(2):
        assert client.get(f"{URL}/days").json()["cost_micro_usd"] == 30


def test_quota_tells_what_is_left_and_from_what(price, creator, owner):
    now = timezone.now()
    client = sign_in(owner)
    assert client.get(f"{URL}/quota", {"creator": "lumenkitchen"}).json()["limit"] == 10_000
    use(creator)
    grant_quota(
        creator_id=creator.pk, feature="assistant", units=5, source="plan", priority=1, valid_from=now,
        expires_at=now + timedelta(days=1), key="k", now=now,
    )  # fmt: skip
    use(creator, "a-2")
    body = client.get(f"{URL}/quota", {"creator": "lumenkitchen"}).json()
    assert (body["limit"], body["used"], body["under_way"]) == (6, 2, 0)
    assert [(one["given_by"], one["left"]) for one in body["left"]] == [("plan", 4)]
    assert client.get(f"{URL}/quota").status_code == 400
