from django.utils import timezone
from rest_framework.test import APIClient

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
    with django_assert_num_queries(3):
        client.get(URL)
    for number in range(3):
        other = Creator.objects.create(owner=owner, handle=f"other{number}", created_at=NOW, updated_at=NOW)
        use(other, f"b-{number}")
    with django_assert_num_queries(3):
        assert client.get(URL).json()["requests_used"] == 4
