"""Requests made up from docs/openapi.yaml: no 5xx, no undocumented response, real stores behind."""

from pathlib import Path

import pytest
import schemathesis
from django.utils import timezone
from hypothesis import HealthCheck, settings
from knox.models import AuthToken
from schemathesis.checks import CHECKS

from creators.models import Creator, User

ROOT = Path(__file__).resolve().parents[2]
schema = schemathesis.openapi.from_path(ROOT / "docs/openapi.yaml")
KNOWN = {"dataset": "interactions", "flag": "USE_MONGO"}  # so that more than 404 is met
WANTED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")


@pytest.fixture
def token(transactional_db) -> str:
    owner = User.objects.create_user(username="owner", password="correct-horse-battery")
    now = timezone.now()
    Creator.objects.create(owner=owner, handle="lumenkitchen", created_at=now, updated_at=now)
    return AuthToken.objects.create(user=owner)[1]


@pytest.fixture
def staff_token(transactional_db, mongo) -> str:
    return AuthToken.objects.create(user=User.objects.create_superuser("chief", password="correct-horse-battery"))[1]


CALM = settings(max_examples=8, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])


@schema.parametrize()
@CALM
def test_no_server_error_and_no_undocumented_response(case, token, live_server):
    check(case, token, live_server)


@schema.include(path_regex="^/api/v1/migration").parametrize()
@settings(CALM, max_examples=5)
def test_staff_api_answers_staff_as_documented(case, staff_token, live_server):
    case.path_parameters = {name: KNOWN.get(name, value) for name, value in case.path_parameters.items()}

    check(case, staff_token, live_server)


def check(case, token: str, live_server) -> None:
    response = case.call(base_url=live_server.url, headers={"Authorization": f"Token {token}"})

    assert response.status_code < 500
    case.validate_response(response, checks=[CHECKS.get_one(name) for name in WANTED])
