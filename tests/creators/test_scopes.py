import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from veri.platform.http.services.api_keys import create_api_key


def call(owner, scope: str, path: str) -> int:
    created = create_api_key(owner=owner, name="k", scopes=[scope], acting_user=owner, now=timezone.now())
    client = APIClient(HTTP_AUTHORIZATION=f"Api-Key {created.credential}")
    return client.get(path).status_code


@pytest.mark.parametrize(
    ("scope", "path", "status"),
    [
        ("creators:read", "/api/v1/creators", 200),
        ("creators:write", "/api/v1/creators", 403),
        ("interactions:read", "/api/v1/interactions?creator=lumenkitchen", 200),
        ("interactions:write", "/api/v1/interactions?creator=lumenkitchen", 403),
        ("memories:read", "/api/v1/memories?creator=lumenkitchen", 200),
        ("usage:read", "/api/v1/usage", 200),
        ("usage:read", "/api/v1/memories?creator=lumenkitchen", 403),
    ],
)
def test_key_opens_what_its_scope_names_and_nothing_else(creator, owner, scope, path, status):
    assert call(owner, scope, path) == status
