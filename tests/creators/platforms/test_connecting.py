"""The connect flow: one-time addresses, states that belong to one browser, and every way it can go wrong."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from creators.models import ConnectionToken, ConnectTicket, PlatformConnection
from creators.services.connections.tickets import remove_old_tickets
from tests.creators.conftest import make_creator
from tests.creators.platforms.conftest import RETURN, ask_consent, connect, finish, start
from tests.fakes.frame import drop, html, reply
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db


def begin(client, creator, platforms, platform="twitch"):
    """Return a browser and the address its platform sent it back to."""
    browser = Client()
    return browser, ask_consent(browser, platforms, start(client, creator, platform).json()["url"])


def nothing_is_connected():
    return not PlatformConnection.objects.exists() and not ConnectionToken.objects.exists()


def test_tokens_are_encrypted_and_shown_nowhere(client, creator, platforms, django_db_blocker):
    connection = connect(client, creator, platforms, "twitch")
    token = ConnectionToken.objects.get()
    access = token.access.reveal()
    assert access.startswith("twitch-access-")
    with database.cursor() as cursor:
        cursor.execute("SELECT access, refresh FROM creators_connectiontoken")
        assert not any("twitch" in value for value in cursor.fetchone())
        cursor.execute("SELECT string_agg(row_to_json(t)::text, '') FROM creators_connectticket t")
        assert "code" not in cursor.fetchone()[0]
    assert access not in repr(token.access) + str(token.__dict__)
    shown = client.get(f"/api/v1/connections/{connection.pk}")
    assert shown.json()["health"] == "good"
    listed = client.get(f"/api/v1/creators/{creator.handle}/connections").json()["results"]
    assert [one["id"] for one in listed] == [str(connection.pk)]
    assert access not in shown.content.decode()
    assert AuditEntry.objects.get(action="connection.connected").actor_label == "ana"


def test_fewer_scopes_connect_with_a_word_of_it(client, creator, platforms):
    platforms.twitch.issuer.consent = ["user:read:email"]
    told = finish(*begin(client, creator, platforms))
    assert told["status"] == "scopes_missing"
    shown = client.get(f"/api/v1/connections/{told['connection']}").json()
    assert (shown["health"], shown["missing_scopes"]) == (
        "limited",
        ["bits:read", "channel:read:subscriptions", "moderator:read:followers"],
    )


def test_required_scope_that_is_missing_leaves_no_usable_connection(client, creator, platforms):
    platforms.tiktok.issuer.consent = ["user.info.basic"]
    assert finish(*begin(client, creator, platforms, "tiktok"))["status"] == "scopes_missing"
    platforms.youtube.issuer.consent = []
    assert finish(*begin(client, creator, platforms, "youtube"))["status"] == "failed"
    assert PlatformConnection.objects.count() == 1


def test_cancelling_is_told_and_changes_nothing(client, creator, platforms):
    platforms.twitch.issuer.consent = "cancel"
    assert finish(*begin(client, creator, platforms)) == {"platform": "twitch", "status": "cancelled"}
    assert nothing_is_connected()


@pytest.mark.parametrize("play", [reply(503), html(), html(502), drop, reply(200, {"access_token": ""})])
def test_token_endpoint_that_fails_is_told_and_changes_nothing(client, creator, platforms, play):
    browser, callback = begin(client, creator, platforms)
    platforms.gateway.script("POST id.twitch.tv/oauth2/token", play)
    assert finish(browser, callback)["status"] == "failed"
    assert nothing_is_connected()


def test_account_of_another_creator_never_moves(client, creator, platforms, owner):
    connect(client, creator, platforms, "twitch")
    other = make_creator("pixelforge", owner)
    told = finish(*begin(client, other, platforms))
    assert told == {"platform": "twitch", "status": "taken"}
    assert PlatformConnection.objects.get().creator == creator
    assert [grant.is_over for grant in platforms.twitch.issuer.grants] == [False, True]


def test_connecting_again_keeps_the_connection_and_takes_the_new_tokens(client, creator, platforms):
    first = connect(client, creator, platforms, "x")
    access = ConnectionToken.objects.get().access.reveal()
    assert connect(client, creator, platforms, "x") == first
    assert ConnectionToken.objects.get().access.reveal() != access


def test_address_works_once_and_for_ten_minutes(client, creator, platforms):
    address = start(client, creator, "twitch").json()["url"].removeprefix("http://testserver")
    assert Client().get(address).status_code == 302
    assert Client().get(address).status_code == 410
    late = start(client, creator, "twitch").json()["url"].removeprefix("http://testserver")
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert Client().get(late).status_code == 410
    assert Client().get("/connect/nothing-of-ours").status_code == 404


@pytest.mark.parametrize("query", ["", "?code=c", "?state=", "?state=unknown&code=c", "?state=%00&code=c"])
def test_answer_without_a_state_of_ours_is_a_clear_400(platforms, query, db):
    answer = Client().get(f"/connect/twitch/callback{query}")
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.content.decode()
    assert platforms.gateway.asked == []


def test_answer_works_once(client, creator, platforms):
    browser, callback = begin(client, creator, platforms)
    assert finish(browser, callback)["status"] == "ok"
    asked = len(platforms.gateway.asked)
    browser.cookies["veri_connect"] = "x"
    assert browser.get(callback).status_code == 400
    assert len(platforms.gateway.asked) == asked


def test_replayed_state_with_the_same_browser_is_refused(client, creator, platforms):
    browser, callback = begin(client, creator, platforms)
    cookie = browser.cookies["veri_connect"].value
    finish(browser, callback)
    browser.cookies["veri_connect"] = cookie
    answer = browser.get(callback)
    assert (answer.status_code, "used already" in answer.content.decode()) == (400, True)


def test_answer_in_another_browser_is_refused_and_leaves_the_ticket(client, creator, platforms):
    browser, callback = begin(client, creator, platforms)
    answer = Client().get(callback)
    assert (answer.status_code, "another browser" in answer.content.decode()) == (400, True)
    assert nothing_is_connected()
    assert finish(browser, callback)["status"] == "ok"


def test_answer_of_another_platform_is_refused(client, creator, platforms):
    browser, callback = begin(client, creator, platforms)
    assert browser.get(callback.replace("/twitch/", "/x/")).status_code == 400
    assert browser.get(callback.replace("/twitch/", "/chat/")).status_code == 404
    assert nothing_is_connected()


def test_code_used_before_fails_without_a_trace(client, creator, platforms):
    browser, callback = begin(client, creator, platforms)
    for code in platforms.twitch.issuer.codes.values():
        code.is_used = True
    assert finish(browser, callback)["status"] == "failed"
    assert nothing_is_connected()


def test_key_lost_during_the_flow_is_told(client, creator, platforms, settings):
    browser, callback = begin(client, creator, platforms)
    settings.ENCRYPTION_KEYS = ["bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy0="]
    assert finish(browser, callback)["status"] == "failed"
    assert nothing_is_connected()


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/connections",
        "http://app.example/connections",
        "https://app.example.evil.example/connections",
        "https://app.example@evil.example/connections",
        "https://app.example/connectionsx",
        "https://app.example/connections/../other",
        "https://app.example/connections/%2e%2e/other",
        "https://app.example\\@evil.example/connections",
        "//app.example/connections",
        "javascript:alert(1)",
        f"{RETURN}#fragment",
        f"{RETURN}/{'x' * 500}",
    ],
)
def test_return_addresses_outside_the_list_are_refused(client, creator, platforms, address):
    answer = start(client, creator, "twitch", return_to=address)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/return_to")
    assert not ConnectTicket.objects.exists()


def test_return_address_keeps_its_own_words(client, creator, platforms):
    browser = Client()
    url = start(client, creator, "twitch", return_to=f"{RETURN}/done?tab=2&status=old").json()["url"]
    told = finish(browser, ask_consent(browser, platforms, url))
    assert (told["tab"], told["status"]) == ("2", "ok")


def test_only_own_creators_and_known_platforms(client, stranger_client, creator, platforms, settings):
    assert start(stranger_client, creator, "twitch").status_code == 404
    assert start(client, creator, "email").status_code == 404
    settings.PLATFORM_CREDENTIALS = {**settings.PLATFORM_CREDENTIALS, "twitter": ("", "")}
    assert start(client, creator, "x").status_code == 409


def test_connections_of_others_are_not_there(client, stranger_client, creator, platforms):
    connection = connect(client, creator, platforms, "twitch")
    address = f"/api/v1/connections/{connection.pk}"
    assert stranger_client.get(address).status_code == 404
    assert stranger_client.delete(address).status_code == 404
    assert stranger_client.post(f"{address}/sync").status_code == 404
    assert client.get("/api/v1/connections/99999999999999999999").status_code == 404
    assert ConnectionToken.objects.count() == 1


def test_list_asks_as_much_for_three_connections_as_for_one(client, creator, platforms):
    def count():
        with CaptureQueriesContext(database) as seen:
            assert client.get(f"/api/v1/creators/{creator.handle}/connections").status_code == 200
        return len(seen)

    connect(client, creator, platforms, "twitch")
    count()
    before = count()
    for platform in ("x", "tiktok"):
        connect(client, creator, platforms, platform)
    assert count() == before


def test_old_tickets_go(client, creator, platforms):
    start(client, creator, "twitch")
    assert remove_old_tickets(now=timezone.now() + timedelta(days=7)) == 0
    assert remove_old_tickets(now=timezone.now() + timedelta(days=8)) == 1
