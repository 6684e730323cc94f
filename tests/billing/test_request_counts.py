from datetime import UTC, datetime, timedelta

import pytest
from rest_framework.test import APIClient

from creators.models import User
from veri.platform.connections.redis import get_redis
from veri.platform.http.models import ApiKey, RequestCount
from veri.platform.http.services.request_counts import flush_request_counts

pytestmark = pytest.mark.django_db
NOW = datetime.now(tz=UTC)
DAY = f"veri:requests:{NOW:%Y-%m-%d}"


@pytest.fixture(autouse=True)
def _empty():
    get_redis().delete(DAY)


def read_counts():
    return dict(RequestCount.objects.values_list("user__username", "count"))


def test_requests_are_counted_beside_the_limits_and_shown(owner):
    client = APIClient()
    client.force_authenticate(owner)
    for _ in range(3):
        client.get("/api/v1/brands")
    assert flush_request_counts(now=NOW) == 1
    assert read_counts() == {"owner": 3}
    assert client.get("/api/v1/usage").json()["api_requests"] == 3


def test_keys_count_for_their_owner_and_nothing_is_counted_twice(owner):
    ApiKey.objects.create(owner=owner, name="k", prefix="abc", secret_hash="h", scopes=[], created_at=NOW)
    get_redis().hset(DAY, mapping={f"user-{owner.pk}": 2, "key-abc": 5, "key-gone": 9, "user-999999": 9, "user-x": 1})
    assert [flush_request_counts(now=NOW) for _ in range(2)] == [1, 1]
    assert read_counts() == {"owner": 7}
    get_redis().delete(DAY)
    get_redis().hset(DAY, f"user-{owner.pk}", 1)
    flush_request_counts(now=NOW)
    assert read_counts() == {"owner": 7}
    assert flush_request_counts(now=NOW + timedelta(days=5)) == 0
    assert User.objects.filter(request_counts__count=7).count() == 1
