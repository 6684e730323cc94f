from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.urls import reverse

from creators.enums import HandleState
from creators.errors import HandleRefused
from creators.handle_keys import compute_key
from creators.models import Creator, FormerHandle, HandleHold, PlatformConnection, ReservedHandle, User
from creators.queries.handles import get_handle_state
from creators.services.creators import create_creator
from creators.services.handles.claims import claim_handle
from creators.services.handles.holds import hold_handle, remove_expired_holds
from creators.services.handles.reserved import (
    FIRST_LIST,
    ReservedWord,
    import_reserved_words,
    install_first_reserved_words,
    read_reserved_words,
)
from tests.creators.conftest import NOW, make_creator
from veri.platform.events.models import Event
from veri.platform.ops.models import AuditEntry
from veri.urls import urlpatterns

URL = "/api/v1/handles"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_reserved_words():
    """Migrating installs the starting list; the tests before have emptied it, or not."""
    ReservedHandle.objects.all().delete()


@pytest.fixture
def proven(owner):
    User.objects.filter(pk=owner.pk).update(email="ana@example.org", email_proven_at=NOW)
    owner.refresh_from_db()
    return owner


def reserve(word, kind="staff"):
    ReservedWord(word=word, kind=kind)
    import_reserved_words(words=[ReservedWord(word=word, kind=kind)], source="test", actor="test", reason="", now=NOW)


def get_state(client, handle):
    return client.get(f"{URL}/{handle}/availability").json()["state"]


def claim(client, handle, **more):
    return client.post(f"{URL}/claims", {"handle": handle, **more}, format="json")


def connect(creator, name):
    PlatformConnection.objects.create(
        creator=creator, platform="twitch", account_id="1", account_name=name, state="active", created_at=NOW
    )


def test_availability_says_why_and_never_who(client, creator, stranger):
    reserve("support")
    hold_handle(user=stranger, handle="tidepool", now=NOW)
    HandleHold.objects.update(expires_at=NOW + timedelta(days=3650))
    wanted = {
        "pixelforge": "available", "lumenkitchen": "taken", "@LumenKitchen": "taken", "lurnenkitchen": "confusable",
        "supp0rt": "reserved", "su.pport": "reserved", "tide_pool": "held", "ab": "invalid", "v\u0435ri": "invalid",
        "x" * 90: "invalid",
    }  # fmt: skip
    assert {handle: get_state(client, handle) for handle in wanted} == wanted
    assert "ana" not in client.get(f"{URL}/lumenkitchen/availability").content.decode()


def test_one_of_twenty_claims_at_once_wins(proven):
    names = ["golden.hour", "golden_hour", "goldenhour", "g0ldenhour"]
    start = Barrier(20)

    def attempt(number):
        start.wait()
        try:
            return claim_handle(user=proven, handle=names[number % 4], now=NOW).handle
        except HandleRefused as refusal:
            return refusal.state
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(attempt, range(20)))
    assert len([one for one in outcomes if one in names]) == 1
    lost = [one for one in outcomes if one not in names]
    assert (len(lost), set(lost) <= {HandleState.TAKEN, HandleState.CONFUSABLE}) == (19, True)
    assert Creator.objects.get().handle_key == "goldenhour"
    assert AuditEntry.objects.filter(action="creator.created").count() == 1


def test_one_of_two_holds_at_once_wins(owner, stranger):
    start = Barrier(2)

    def attempt(user):
        start.wait()
        try:
            return hold_handle(user=user, handle="goldenhour", now=NOW).user_id
        except HandleRefused as refusal:
            return refusal.state
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, (owner, stranger)))
    assert HandleState.HELD in outcomes
    assert HandleHold.objects.get().user_id in outcomes


def test_claim_needs_a_proven_address_or_the_platform_account_of_the_name(client, owner, creator):
    reserve("starbrand", "known")
    assert (claim(client, "newname").status_code, Creator.objects.count()) == (403, 1)
    assert claim(client, "starbrand").status_code == 403
    connect(creator, "Star_Brand")
    assert get_state(client, "starbrand") == "available"
    answer = claim(client, "starbrand")
    assert (answer.status_code, answer.json()["handle"]) == (201, "starbrand")
    assert claim(client, "newname").status_code == 403


def test_platform_account_beats_a_hold_and_a_staff_word_stays_reserved(client, proven, creator, stranger):
    reserve("official")
    hold_handle(user=stranger, handle="starbrand", now=NOW)
    HandleHold.objects.update(expires_at=NOW + timedelta(days=3650))
    assert (claim(client, "starbrand").json()["state"], claim(client, "official").json()["state"]) == (
        "held",
        "reserved",
    )
    connect(creator, "starbrand")
    assert claim(client, "starbrand").status_code == 201
    assert HandleHold.objects.count() == 0


def test_hold_lasts_15_minutes_and_there_is_one_an_account(owner, stranger):
    hold_handle(user=owner, handle="firstwish", now=NOW)
    hold_handle(user=owner, handle="secondwish", now=NOW)
    hold_handle(user=stranger, handle="firstwish", now=NOW)
    assert HandleHold.objects.count() == 2
    with pytest.raises(HandleRefused) as refusal:
        hold_handle(user=owner, handle="firstwish", now=NOW + timedelta(minutes=14, seconds=59))
    assert (refusal.value.state, HandleHold.objects.get(user=owner).handle) == (HandleState.HELD, "secondwish")
    assert hold_handle(user=owner, handle="firstwish", now=NOW + timedelta(minutes=15)).handle == "firstwish"
    assert (remove_expired_holds(now=NOW + timedelta(hours=1)), HandleHold.objects.count()) == (1, 0)


def test_new_handle_leads_on_and_blocks_the_old_one(client, proven, creator, stranger_client, stranger):
    assert claim(client, "lumen.cooks", creator="lumenkitchen").json()["handle"] == "lumen.cooks"
    for old in ("lumenkitchen", "@LumenKitchen"):
        assert client.get(f"/api/v1/creators/{old}").json()["handle"] == "lumen.cooks"
    assert stranger_client.get("/api/v1/creators/lumenkitchen").status_code == 404
    item = {
        "creator": "lumenkitchen", "platform": "chat", "external_id": "1", "type": "message", "text": "hi",
        "occurred_at": "2026-05-01T00:00:00Z",
    }  # fmt: skip
    taken = client.post("/api/v1/interactions", {"interactions": [item]}, format="json").json()
    assert (taken["created"], taken["rejected"]) == (1, 0)
    User.objects.filter(pk=stranger.pk).update(email_proven_at=NOW)
    stranger.refresh_from_db()
    stranger_client.force_authenticate(stranger)
    assert claim(stranger_client, "lumenkitchen").json()["state"] == "taken"
    again = claim(client, "lumen.bakes", creator="lumen.cooks")
    assert (again.status_code, "30 days" in again.json()["detail"]) == (409, True)
    assert [one.payload for one in Event.objects.filter(name="creator.handle_changed")] == [{"creator_id": creator.pk}]
    FormerHandle.objects.update(blocked_until=NOW)
    assert claim(stranger_client, "lumenkitchen").status_code == 201
    assert (FormerHandle.objects.count(), client.get("/api/v1/creators/lumenkitchen").status_code) == (0, 404)


def test_owner_takes_his_former_handle_back(client, proven, creator):
    claim(client, "lumen.cooks", creator="lumenkitchen")
    Creator.objects.update(handle_changed_at=NOW - timedelta(days=31))
    assert claim(client, "lumenkitchen", creator="lumen.cooks").json()["handle"] == "lumenkitchen"
    assert [one.handle for one in FormerHandle.objects.all()] == ["lumen.cooks"]


@pytest.mark.parametrize("handle", ["lumenkitchen", "lurnenkitchen", "supp0rt"])
def test_creating_a_creator_follows_the_same_rule(client, creator, handle):
    reserve("support")
    answer = client.post("/api/v1/creators", {"handle": handle}, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert Creator.objects.count() == 1
    with pytest.raises(HandleRefused):
        create_creator(handle=handle, owner=None, acting_user=None, now=NOW)


def test_import_is_repeatable_and_names_a_bad_line(tmp_path, capsys):
    words = tmp_path / "words.txt"
    words.write_text("# ours\nForbidden\nf0rbidden\n\nother\n")
    call_command("import_reserved_handles", str(words))
    call_command("import_reserved_handles", str(words))
    assert capsys.readouterr().out.splitlines() == ["2 reserved, 0 known before.", "0 reserved, 2 known before."]
    words.write_text("kind,word,reason\nbrand,x,y\n")
    with pytest.raises(Exception, match="Entry 1 has no known kind"):
        call_command("import_reserved_handles", str(words))
    assert ReservedHandle.objects.count() == 2


def test_starting_list_holds_our_own_routes():
    install_first_reserved_words()
    words = read_reserved_words(FIRST_LIST.read_text())
    assert ReservedHandle.objects.count() == len({compute_key(one.word) for one in words}) > 100
    routes = {str(one.pattern).strip("/").split("/")[0] for one in urlpatterns if str(one.pattern)}
    for pattern in (one for one in urlpatterns if str(one.pattern) in ("api/v1/", "")):
        routes |= {str(one.pattern).split("/")[0] for one in getattr(pattern, "url_patterns", [])}
    missing = [
        word
        for word in sorted(routes - {""})
        if get_handle_state(handle=word, user=None, now=NOW) in (HandleState.AVAILABLE, HandleState.TAKEN)
    ]
    assert missing == []


def test_second_of_two_like_handles_is_listed_for_the_desk(admin_client, owner):
    first, second = make_creator("rnarble"), make_creator("other.name")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE creators_creator SET handle = 'marble', handle_key = 'rnarble#2' WHERE id = %s", [second.pk]
        )
    address = reverse("admin:creators_creator_changelist")
    listed = admin_client.get(address, {"look_alike": "yes"}).context["cl"].result_list
    assert [one.pk for one in listed] == [second.pk]
    body = {"action": "change_handle_selected", "_selected_action": [second.pk], "confirmed": "yes", "reason": "alike"}
    assert "looks like one" in admin_client.post(address, {**body, "handle": "m.arble"}).content.decode()
    admin_client.post(address, {**body, "handle": "quarry"})
    second.refresh_from_db()
    assert (second.handle, second.handle_key, FormerHandle.objects.count()) == ("quarry", "quarry", 0)
    assert AuditEntry.objects.get(action="creator.handle_changed").reason == "alike"
    assert first.handle_key == "rnarble"
