import pytest
from django.test import Client

from creators.models import Creator, Interaction, PlatformConnection, User
from creators.services.ingest import record_interactions
from tests.creators.conftest import NOW, make_creator
from tests.creators.test_ingest import make_rows
from veri.platform.ops.models import AuditEntry

FORM = {
    "handle": "pixelforge",
    "display_name": "Pixel Forge",
    "bio": "",
    "country": "NL",
    "language": "en",
    "timezone": "Europe/Amsterdam",
    "tags": "games,pixels",
    "roles": ["creator"],
    "consent_state": "granted",
    "is_active": "on",
    "reason": "asked by phone",
    "connections-TOTAL_FORMS": "0",
    "connections-INITIAL_FORMS": "0",
}


@pytest.fixture
def console(db):
    client = Client()
    client.force_login(User.objects.create_superuser("staff", password="correct horse battery"))
    return client


@pytest.mark.parametrize("model", ["user", "creator", "platformconnection", "interaction"])
def test_every_list_opens(console, creator, model):
    record_interactions(items=make_rows(creator, 2), now=NOW)
    assert console.get(f"/admin/creators/{model}/").status_code == 200


def test_creator_is_made_with_a_reason(console):
    assert console.post("/admin/creators/creator/add/", FORM).status_code == 302
    made = Creator.objects.get()
    assert (made.handle, made.tags, made.roles) == ("pixelforge", ["games", "pixels"], ["creator"])
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.actor_label, entry.reason) == ("creator.created", "staff", "asked by phone")


@pytest.mark.parametrize("change", [{"reason": ""}, {"timezone": "Mars/Base"}, {"handle": "No"}])
def test_bad_form_makes_nothing(console, change):
    assert console.post("/admin/creators/creator/add/", {**FORM, **change}).status_code == 200
    assert Creator.objects.count() == 0


def test_taken_handle_is_a_form_error(console, creator):
    answer = console.post("/admin/creators/creator/add/", {**FORM, "handle": "lumenkitchen"})
    assert answer.status_code == 200
    assert Creator.objects.count() == 1


def test_creator_is_changed_through_the_service(console, creator):
    PlatformConnection.objects.create(creator=creator, platform="x", account_id="1", created_at=NOW)
    page = f"/admin/creators/creator/{creator.pk}/change/"
    assert console.get(page).status_code == 200
    counts = {"connections-TOTAL_FORMS": "1", "connections-INITIAL_FORMS": "1"}
    connection = PlatformConnection.objects.get()
    counts |= {"connections-0-id": connection.pk, "connections-0-creator": creator.pk}
    assert console.post(page, {**FORM, **counts, "owner": creator.owner_id}).status_code == 302
    creator.refresh_from_db()
    assert (creator.handle, creator.display_name, creator.consent_state) == ("lumenkitchen", "Pixel Forge", "granted")
    entry = AuditEntry.objects.get()
    assert (entry.before["display_name"], entry.after["display_name"]) == ("", "Pixel Forge")


def test_interactions_are_read_only(console, creator):
    record_interactions(items=make_rows(creator, 1), now=NOW)
    pk = Interaction.objects.get().pk
    assert console.get(f"/admin/creators/interaction/{pk}/change/").status_code == 200
    assert console.post(f"/admin/creators/interaction/{pk}/change/", {"text": "x"}).status_code == 403
    assert console.get("/admin/creators/interaction/add/").status_code == 403
    assert console.post(f"/admin/creators/interaction/{pk}/delete/", {"post": "yes"}).status_code == 403
    assert Interaction.objects.get().text.startswith("Tab")


@pytest.mark.parametrize(
    ("term", "found"),
    [("m-1", 1), ("bread nothing", 0), ("@lumenkitchen", 2), ("@lumenkitchen naïve", 2), ("@ghost", 0), ("naïve", 3)],
)
def test_interactions_are_searched_within_bounds(console, creator, term, found):
    record_interactions(items=make_rows(creator, 2) + make_rows(make_creator("pixelforge"), 1), now=NOW)
    answer = console.get("/admin/creators/interaction/", {"q": term})
    assert answer.context["cl"].result_count == found


def test_list_query_count_is_constant(console, creator, django_assert_max_num_queries):
    record_interactions(items=make_rows(creator, 3), now=NOW)
    with django_assert_max_num_queries(8):
        console.get("/admin/creators/interaction/")


def test_users_form_opens(console, owner):
    assert console.get(f"/admin/creators/user/{owner.pk}/change/").status_code == 200
    assert console.get("/admin/creators/user/add/").status_code == 200
    assert console.get(f"/admin/creators/user/{owner.pk}/password/").status_code == 200
