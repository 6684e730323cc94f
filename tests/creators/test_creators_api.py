import pytest

from creators.models import Creator, PlatformConnection
from tests.creators.conftest import NOW, make_creator
from veri.platform.ops.models import AuditEntry

URL = "/api/v1/creators"


def test_owner_creates_own_creator_with_an_audit_entry(client, owner):
    answer = client.post(URL, {"handle": "pixelforge", "timezone": "Europe/Lisbon", "tags": ["games"]}, format="json")
    assert answer.status_code == 201
    assert (answer.json()["handle"], answer.json()["tags"]) == ("pixelforge", ["games"])
    assert Creator.objects.get().owner == owner
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_id, entry.after["handle"]) == ("creator.created", owner.pk, "pixelforge")


def test_taken_handle_is_a_conflict(stranger_client, creator):
    answer = stranger_client.post(URL, {"handle": "lumenkitchen"}, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert Creator.objects.count() == 1
    assert AuditEntry.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"handle": "ab"},
        {"handle": "With Space"},
        {"handle": 5.5},
        {"timezone": "Mars/Base"},
        {"timezone": "../../etc/passwd"},
        {"country": "pt"},
        {"language": "english!"},
        {"tags": ["x"] * 21},
        {"tags": [" "]},
        {"display_name": "x" * 121},
        {"consent_state": "maybe"},
        {"is_active": False},
        {"unknown": 1},
    ],
)
def test_bad_field_is_refused(client, owner, change):
    answer = client.post(URL, {"handle": "pixelforge", **change}, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["errors"][0]["pointer"].startswith(f"/{next(iter(change))}")
    assert Creator.objects.count() == 0


def test_nul_in_a_field_is_refused(client):
    assert client.post(URL, {"handle": "pixel\0forge"}, format="json").status_code == 400
    assert Creator.objects.count() == 0


def test_list_shows_own_creators_only(client, stranger, creator):
    make_creator("pixelforge", stranger)
    assert [item["handle"] for item in client.get(URL).json()["results"]] == ["lumenkitchen"]


def test_list_query_count_is_constant(client, owner, creator, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(URL)
    make_creator("pixelforge", owner)
    make_creator("trailmara", owner)
    with django_assert_num_queries(1):
        assert len(client.get(URL).json()["results"]) == 3


def test_patch_changes_what_is_given(client, creator):
    answer = client.patch(f"{URL}/@LumenKitchen", {"bio": "Bread.", "consent_state": "granted"}, format="json")
    assert (answer.status_code, answer.json()["bio"]) == (200, "Bread.")
    entry = AuditEntry.objects.get()
    assert (entry.before["consent_state"], entry.after["consent_state"]) == ("pending", "granted")
    creator.refresh_from_db()
    assert (creator.bio, creator.handle) == ("Bread.", "lumenkitchen")


def test_patch_of_a_bad_field_changes_nothing(client, creator):
    answer = client.patch(f"{URL}/lumenkitchen", {"bio": "Bread.", "timezone": "Nowhere"}, format="json")
    assert answer.status_code == 400
    creator.refresh_from_db()
    assert creator.bio == ""
    assert AuditEntry.objects.count() == 0


def test_handle_cannot_be_patched(client, creator):
    assert client.patch(f"{URL}/lumenkitchen", {"handle": "other"}, format="json").status_code == 400


@pytest.mark.parametrize("path", ["lumenkitchen", "lumenkitchen/connections", "ghost", "%00", "x" * 400])
def test_anothers_or_absurd_creator_is_not_found(stranger_client, creator, path):
    assert stranger_client.get(f"{URL}/{path}").status_code == 404


def test_patch_of_anothers_creator_changes_nothing(stranger_client, creator):
    assert stranger_client.patch(f"{URL}/lumenkitchen", {"bio": "x"}, format="json").status_code == 404
    creator.refresh_from_db()
    assert creator.bio == ""


def test_connections_are_listed(client, creator):
    PlatformConnection.objects.create(
        creator=creator, platform="x", account_id="1111", account_name="lumen", state="active", created_at=NOW
    )
    (item,) = client.get(f"{URL}/lumenkitchen/connections").json()["results"]
    assert (item["platform"], item["account_id"], item["state"]) == ("x", "1111", "active")
