import logging

import pytest


@pytest.mark.parametrize("root", ["/api/v1/raise", "/api/plain"])
@pytest.mark.parametrize(
    ("kind", "status", "slug"),
    [
        ("defect", 500, "internal-error"),
        ("away", 503, "store-unavailable"),
        ("closed", 503, "store-unavailable"),
        ("data", 400, "invalid-request"),
        ("mongo", 503, "store-unavailable"),
        ("missing", 404, "not-found"),
        ("suspicious", 400, "malformed-request"),
        ("conflict", 409, "conflict"),
        ("unicode", 400, "malformed-request"),
    ],
)
def test_exception_becomes_problem(client, root, kind, status, slug):
    response = client.get(f"{root}/{kind}", headers={"X-Request-ID": "abcdef-123456"})

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == status
    assert body["instance"] == f"{root}/{kind}"
    assert body["request_id"] == "abcdef-123456"
    assert "secret" not in response.content.decode()
    assert response.has_header("Retry-After") is (status == 503)


def test_problem_error_carries_detail_and_extensions(client):
    body = client.get("/api/v1/raise/conflict").json()

    assert (body["detail"], body["winner"]) == ("Taken.", 7)


def test_validation_error_points_at_each_field(client):
    response = client.post(
        "/api/v1/raise/x", {"items": [{"text": "a"}, {}, {"text": ""}]}, content_type="application/json"
    )

    assert response.status_code == 400
    assert response.json()["errors"] == [
        {"pointer": "/items/1/text", "detail": "This field is required."},
        {"pointer": "/items/2/text", "detail": "This field may not be blank."},
    ]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"a":1,"a":2}', "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "text/plain", 415),
    ],
)
def test_unreadable_body_refused(client, body, content_type, status):
    response = client.post("/api/v1/raise/x", body, content_type=content_type)

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/api/v1/raise/x", "/api/v1/counting"])
def test_oversized_body_refused(client, settings, user, path):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    client.force_login(user)

    response = client.post(
        path, b'"' + b"x" * 200 + b'"', content_type="application/json", headers={"Idempotency-Key": "k"}
    )

    assert response.status_code == 413
    assert response.json()["type"] == "/problems/payload-too-large"


def test_unknown_path_is_problem_for_programs_and_page_for_people(client):
    assert client.get("/api/v1/nothing").json()["type"] == "/problems/not-found"
    assert client.get("/nothing")["Content-Type"].startswith("text/html")


def test_method_not_allowed_names_the_allowed(client):
    response = client.get("/api/plain/not-allowed")

    assert response.json()["type"] == "/problems/method-not-allowed"
    assert response["Allow"] == "POST"


def test_page_defect_is_logged_once_and_answers_500(client, caplog):
    with caplog.at_level(logging.ERROR):
        response = client.get("/page/defect")

    assert response.status_code == 500
    assert "secret" not in response.content.decode()


def test_page_without_database_answers_503(client):
    response = client.get("/page/away")

    assert response.status_code == 503
    assert response["Retry-After"] == "5"


def test_unauthenticated_names_the_scheme(client, db):
    response = client.post("/api/v1/counting", {}, content_type="application/json")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Token"


def test_token_of_foreign_bytes_refused(client, db):
    response = client.post(
        "/api/v1/counting", {}, content_type="application/json", headers={"Authorization": "Token \xff\xfe"}
    )

    assert response.status_code == 400


@pytest.mark.parametrize("given", ["short", "with space 123", "a" * 65, ""])
def test_bad_request_id_replaced(client, given):
    response = client.get("/api/v1/nothing", headers={"X-Request-ID": given})

    assert response["X-Request-ID"] != given
    assert len(response["X-Request-ID"]) == 36
