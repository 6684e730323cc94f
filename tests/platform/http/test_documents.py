import re
from pathlib import Path

import pytest
import yaml
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from veri.platform.http import problem_types
from veri.platform.http.problem_types import ProblemKind


@pytest.fixture
def schema():
    found = SchemaGenerator(urlconf="veri.platform.http.urls").get_schema(request=None, public=True)
    validate_schema(found)
    return found


def test_every_problem_is_documented():
    text = (Path(__file__).parents[3] / "docs" / "problems.md").read_text()
    documented = {
        (slug, int(status)) for slug, status in re.findall(r"^\| `/problems/([a-z-]+)` \| (\d+)", text, re.MULTILINE)
    }

    kinds = [value for value in vars(problem_types).values() if isinstance(value, ProblemKind)]

    assert documented == {(kind.slug, kind.status) for kind in kinds}


def test_every_operation_documents_its_problems(schema):
    common = {"400", "401", "403", "404", "405", "406", "429", "503"}
    for path in schema["paths"].values():
        for operation in path.values():
            assert common <= set(operation["responses"])
            content = operation["responses"]["429"]["content"]
            assert content["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
            assert operation["tags"] == ["Access"]


def test_operation_ids_are_stable(schema):
    ids = [operation["operationId"] for path in schema["paths"].values() for operation in path.values()]

    assert sorted(ids) == [
        "api_keys_create",
        "api_keys_list",
        "api_keys_retrieve",
        "api_keys_revoke",
        "api_keys_rotate",
        "token_create",
        "token_destroy",
    ]


def test_authentication_by_key_is_described(schema):
    assert schema["components"]["securitySchemes"]["apiKey"]["name"] == "Authorization"
    assert yaml.safe_dump(schema)


def test_responses_carry_security_headers(db):
    response = Client().get("/api/v1/open")

    assert response["Permissions-Policy"].startswith("camera=()")
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "script-src 'self'" in response["Content-Security-Policy"].split("; ")
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"


def test_admin_has_its_looser_policy(db, settings):
    policy = Client().get("/admin/")["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "default-src 'none'" in policy
