from datetime import timedelta

import pytest
from django.utils import timezone

from veri.platform.http.errors import ApiKeyNotUsable, UnknownScopes
from veri.platform.http.models import ApiKey
from veri.platform.http.services import create_api_key, revoke_api_key, rotate_api_key
from veri.platform.ops.models import AuditEntry


@pytest.fixture
def created(user):
    return create_api_key(owner=user, name="ingest", scopes=["search"], acting_user=user, now=timezone.now())


def get_scoped(client, credential):
    return client.get("/api/v1/scoped", headers={"Authorization": f"Api-Key {credential}"})


def test_key_signs_its_owner_in_and_remembers_use(client, created):
    response = get_scoped(client, created.credential)

    assert response.json() == {"user": "ana"}
    first_use = ApiKey.objects.get().last_used_at
    get_scoped(client, created.credential)
    assert ApiKey.objects.get().last_used_at == first_use


def test_secret_is_not_stored(created):
    secret = created.credential.partition(".")[2]

    assert len(secret) == 43
    assert secret not in str(list(ApiKey.objects.values())) + str(list(AuditEntry.objects.values())) + repr(created)


@pytest.mark.parametrize("change", ["x", ""])
def test_wrong_secret_refused(client, created, change):
    response = get_scoped(client, f"{created.key.prefix}.{change}")

    assert response.status_code == 401
    assert response.json()["detail"] == "This API key is not valid."


@pytest.mark.parametrize("header", ["Api-Key", "Api-Key a b", "Api-Key \xe9", "Api-Key nothing"])
def test_malformed_credential_refused(client, db, header):
    response = client.get("/api/v1/scoped", headers={"Authorization": header})

    assert response.status_code == 401


def test_scope_missing_refused(client, created):
    response = client.post("/api/v1/scoped", headers={"Authorization": f"Api-Key {created.credential}"})

    assert response.status_code == 403


def test_expired_key_refused(client, user):
    now = timezone.now()
    created = create_api_key(owner=user, name="old", scopes=["search"], acting_user=user, now=now, expires_at=now)

    assert get_scoped(client, created.credential).status_code == 401


def test_inactive_owner_refused(client, created, user):
    user.is_active = False
    user.save()

    assert get_scoped(client, created.credential).status_code == 401


def test_rotation_overlaps(client, created, user):
    now = timezone.now()
    successor = rotate_api_key(key=created.key, acting_user=user, now=now)

    assert get_scoped(client, created.credential).status_code == 200
    assert get_scoped(client, successor.credential).status_code == 200
    old = ApiKey.objects.get(pk=created.key.pk)
    assert not old.is_usable(now=now + timedelta(hours=24))
    assert successor.key.rotated_from_id == old.pk
    with pytest.raises(ApiKeyNotUsable):
        rotate_api_key(key=old, acting_user=user, now=now)
    assert ApiKey.objects.count() == 2


def test_revocation_works_at_once(client, created, user):
    revoke_api_key(key=created.key, acting_user=user, now=timezone.now(), reason="leaked")

    assert get_scoped(client, created.credential).status_code == 401
    assert AuditEntry.objects.get(action="http.api_key_revoked").reason == "leaked"


def test_unknown_scope_refused(user):
    with pytest.raises(UnknownScopes):
        create_api_key(owner=user, name="x", scopes=["root"], acting_user=user, now=timezone.now())

    assert ApiKey.objects.count() == 0


def test_own_rate_of_a_key(client, user, settings):
    settings.RATE_LIMITS = {"anonymous": "9/9", "spike": "99/1"}
    created = create_api_key(
        owner=user, name="x", scopes=["search"], acting_user=user, now=timezone.now(), rate_limit="2/60"
    )

    seen = [get_scoped(client, created.credential) for _ in range(3)]

    assert [response.status_code for response in seen] == [200, 200, 429]
    assert seen[0]["RateLimit-Policy"] == '"plan";q=2;w=60'


def test_api_creates_lists_rotates_and_revokes_own_keys(client, user, django_user_model):
    other = django_user_model.objects.create_user(username="eve")
    foreign = create_api_key(owner=other, name="eve", scopes=["search"], acting_user=other, now=timezone.now())
    client.force_login(user)
    created = client.post(
        "/api/v1/api-keys", {"name": "bot", "scopes": ["search"]}, content_type="application/json"
    ).json()

    listed = client.get("/api/v1/api-keys").json()["results"]
    rotated = client.post(f"/api/v1/api-keys/{created['id']}/rotate")
    revoked = client.delete(f"/api/v1/api-keys/{created['id']}")

    assert [(key["name"], "credential" in key) for key in listed] == [("bot", False)]
    assert rotated.status_code == 201
    assert revoked.json()["revoked_at"] is not None
    assert get_scoped(client, rotated.json()["credential"]).status_code == 200
    assert client.delete(f"/api/v1/api-keys/{foreign.key.pk}").status_code == 404
    assert ApiKey.objects.get(pk=foreign.key.pk).revoked_at is None


@pytest.mark.parametrize("body", [{"name": "x"}, {"name": "x", "scopes": []}, {"name": "x", "scopes": ["root"]}])
def test_api_refuses_bad_keys(client, user, body):
    client.force_login(user)

    response = client.post("/api/v1/api-keys", body, content_type="application/json")

    assert response.status_code == 400
    assert response.json()["errors"][0]["pointer"].startswith("/scopes")
    assert ApiKey.objects.count() == 0


def test_key_may_not_manage_keys(client, created):
    response = client.get("/api/v1/api-keys", headers={"Authorization": f"Api-Key {created.credential}"})

    assert response.status_code == 403


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("page_size=1", 200),
        ("page_size=0", 400),
        ("page_size=201", 400),
        ("page_size=x", 400),
        ("cursor=garbage", 400),
        ("cursor=cD1hYmM=", 400),
    ],
)
def test_page_parameters_are_checked(client, user, created, query, status):
    client.force_login(user)

    assert client.get(f"/api/v1/api-keys?{query}").status_code == status


def test_token_opens_and_closes(client, user):
    issued = client.post(
        "/api/v1/auth/token", {"username": "ana", "password": "correct horse"}, content_type="application/json"
    )
    headers = {"Authorization": f"Token {issued.json()['token']}"}

    assert issued.status_code == 201
    assert client.get("/api/v1/scoped", headers=headers).json() == {"user": "ana"}
    assert client.delete("/api/v1/auth/token", headers=headers).status_code == 204
    assert client.get("/api/v1/scoped", headers=headers).status_code == 401


def test_wrong_password_refused_then_locked_out(client, user):
    def sign_in(password):
        return client.post(
            "/api/v1/auth/token", {"username": "ana", "password": password}, content_type="application/json"
        )

    seen = [sign_in("wrong") for _ in range(5)]
    locked = sign_in("correct horse")

    assert [response.status_code for response in seen] == [401, 401, 401, 401, 429]
    assert locked.status_code == 429
    assert locked.json()["type"] == "/problems/rate-limited"
    assert locked["Retry-After"] == "900"


def test_sign_in_is_limited_by_address(client, db, settings):
    settings.RATE_LIMITS = {"anonymous": "50/900", "auth": "2/900", "spike": "99/1"}

    seen = [
        client.post("/api/v1/auth/token", {"username": f"u{i}", "password": "x"}, content_type="application/json")
        for i in range(3)
    ]

    assert [response.status_code for response in seen] == [401, 401, 429]
    assert seen[2].json()["violated-policies"] == ["auth"]
