"""Refreshing: once whoever asks, kept before it is used, and honest about what cannot be mended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.utils import timezone

from creators.clients import transport
from creators.clients.transport import close_client
from creators.errors import ConnectionDelayed, ConnectionNeedsAttention
from creators.models import ConnectionToken, PlatformConnection
from creators.queries.connections import tell_health
from creators.services.connections.revoking import disconnect, revoke_connections
from creators.services.connections.tokens import get_access_token
from creators.services.connections.validating import validate_due_tokens
from tests.creators.platforms.conftest import connect
from tests.fakes.frame import drop, drop_after, hang, html, pause, reply
from veri.platform.secrets.keys import SecretUnreadable

pytestmark = pytest.mark.django_db
TOKEN_PLACES = {
    "youtube": "POST oauth2.googleapis.com/token",
    "twitch": "POST id.twitch.tv/oauth2/token",
    "x": "POST api.x.com/2/oauth2/token",
    "tiktok": "POST open.tiktokapis.com/v2/oauth/token/",
}
NEW_KEY = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldy0="


@pytest.fixture
def later():
    return timezone.now() + timedelta(days=1)


def health():
    return tell_health(PlatformConnection.objects.select_related("token", "sync_plan").get())


def ask(connection, now, rejected=""):
    return get_access_token(connection_id=connection.pk, now=now, rejected=rejected)


def test_token_that_holds_is_not_refreshed(client, creator, platforms):
    connection = connect(client, creator, platforms, "x")
    assert ask(connection, timezone.now()) == ConnectionToken.objects.get().access.reveal()
    assert platforms.x.issuer.refreshed == 0


@pytest.mark.django_db(transaction=True)
def test_twenty_callers_refresh_once(client, creator, platforms, later):
    connection = connect(client, creator, platforms, "x")
    platforms.gateway.script(TOKEN_PLACES["x"], pause(0.3))

    def call(_number):
        try:
            return ask(connection, later)
        finally:
            database.close()

    with ThreadPoolExecutor(max_workers=20) as executor:
        found = set(executor.map(call, range(20)))
    assert (len(found), platforms.x.issuer.refreshed) == (1, 1)
    assert found == {ConnectionToken.objects.get().access.reveal()}
    assert len(platforms.gateway.list_asked(TOKEN_PLACES["x"])) == 2


@pytest.mark.parametrize("platform", ["youtube", "twitch", "x", "tiktok"])
def test_newest_refresh_token_is_used_each_time(client, creator, platforms, platform):
    connection = connect(client, creator, platforms, platform)
    issuer = getattr(platforms, platform).issuer
    found = {ask(connection, timezone.now() + timedelta(days=days)) for days in (1, 2, 3)}
    assert (len(found), issuer.refreshed, issuer.grants[0].is_over) == (3, 3, False)


@pytest.mark.parametrize("platform", ["youtube", "twitch", "x", "tiktok"])
def test_rejected_token_is_replaced_whatever_its_lifetime(client, creator, platforms, platform):
    connection = connect(client, creator, platforms, platform)
    access = ask(connection, timezone.now())
    assert ask(connection, timezone.now(), rejected=access) != access
    assert ask(connection, timezone.now(), rejected=access) == ConnectionToken.objects.get().access.reveal()
    assert getattr(platforms, platform).issuer.refreshed == 1


@pytest.mark.parametrize("platform", ["youtube", "twitch", "x", "tiktok"])
def test_refused_grant_asks_for_a_new_connection(client, creator, platforms, platform, later):
    connection = connect(client, creator, platforms, platform)
    for grant in getattr(platforms, platform).issuer.grants:
        grant.is_over = True
    with pytest.raises(ConnectionNeedsAttention):
        ask(connection, later)
    connection.refresh_from_db()
    assert (connection.state, connection.state_reason, health()) == ("broken", "grant_rejected", "reconnect")
    assert not ConnectionToken.objects.exists()


@pytest.mark.parametrize("play", [reply(503), html(), html(500), drop, reply(429), reply(200, {})])
def test_passing_failure_keeps_the_grant_and_waits(client, creator, platforms, play, later):
    connection = connect(client, creator, platforms, "twitch")
    platforms.gateway.script(TOKEN_PLACES["twitch"], play)
    with pytest.raises(ConnectionDelayed):
        ask(connection, later)
    assert health() == "delayed"
    with pytest.raises(ConnectionDelayed):
        ask(connection, later)
    assert len(platforms.gateway.list_asked(TOKEN_PLACES["twitch"])) == 2
    assert ask(connection, later + timedelta(minutes=2)).startswith("twitch-access-")
    assert health() == "good"


def test_platform_that_hangs_is_given_up_and_a_slow_one_waited_for(client, creator, platforms, later, monkeypatch):
    connection = connect(client, creator, platforms, "twitch")
    monkeypatch.setattr(transport, "READ_SECONDS", 0.5)
    close_client()
    platforms.gateway.script(TOKEN_PLACES["twitch"], hang(0.8), pause(0.2))
    with pytest.raises(ConnectionDelayed):
        ask(connection, later)
    assert health() == "delayed"
    assert ask(connection, later + timedelta(minutes=2)).startswith("twitch-access-")
    assert health() == "good"
    close_client()  # the next builds one of its own patience


def test_rotated_pair_lost_on_the_way_breaks_the_connection_and_says_so(client, creator, platforms, later):
    connection = connect(client, creator, platforms, "x")
    platforms.gateway.script(TOKEN_PLACES["x"], drop_after)
    with pytest.raises(ConnectionDelayed):
        ask(connection, later)
    with pytest.raises(ConnectionNeedsAttention):
        ask(connection, later + timedelta(minutes=2))
    assert health() == "reconnect"
    assert connect(client, creator, platforms, "x") == connection
    assert health() == "good"


def test_refresh_token_that_ran_out_is_not_sent(client, creator, platforms):
    connection = connect(client, creator, platforms, "tiktok")
    with pytest.raises(ConnectionNeedsAttention):
        ask(connection, timezone.now() + timedelta(days=200))
    assert len(platforms.gateway.list_asked(TOKEN_PLACES["tiktok"])) == 1


def test_disconnecting_forgets_tokens_whatever_the_platform_says(client, creator, platforms, owner):
    connection = connect(client, creator, platforms, "twitch")
    platforms.gateway.script("POST id.twitch.tv/oauth2/revoke", drop)
    assert not disconnect(connection=connection, acting_user=owner, reason="done", now=timezone.now())
    assert not ConnectionToken.objects.exists()
    with pytest.raises(ConnectionNeedsAttention):
        ask(connection, timezone.now())


def test_all_connections_of_a_creator_are_revoked(client, creator, platforms):
    for platform in TOKEN_PLACES:
        connect(client, creator, platforms, platform)
    assert revoke_connections(creator_id=creator.pk, now=timezone.now()) == 4
    assert not ConnectionToken.objects.exists()
    for platform in TOKEN_PLACES:
        assert all(grant.is_over for grant in getattr(platforms, platform).issuer.grants)
    assert revoke_connections(creator_id=creator.pk, now=timezone.now()) == 4


def test_twitch_is_validated_every_hour_and_a_dead_token_replaced(client, creator, platforms):
    connect(client, creator, platforms, "twitch")
    now = timezone.now()
    assert validate_due_tokens(now=now) == 0
    assert validate_due_tokens(now=now + timedelta(minutes=56)) == 1
    assert validate_due_tokens(now=now + timedelta(minutes=60)) == 0
    platforms.twitch.issuer.end_access_tokens()
    assert validate_due_tokens(now=now + timedelta(hours=2)) == 1
    assert platforms.twitch.issuer.refreshed == 1


def test_twitch_revoked_grant_is_found_by_validation(client, creator, platforms):
    connect(client, creator, platforms, "twitch")
    platforms.twitch.issuer.grants[0].is_over = True
    assert validate_due_tokens(now=timezone.now() + timedelta(hours=1)) == 0
    assert health() == "reconnect"


def test_keys_rotate_while_tokens_are_in_use(client, creator, platforms, settings, capsys):
    connection = connect(client, creator, platforms, "x")
    access = ask(connection, timezone.now())
    old = list(settings.ENCRYPTION_KEYS)
    settings.ENCRYPTION_KEYS = [NEW_KEY, *old]
    assert ask(connection, timezone.now()) == access
    call_command("rotate_encryption_keys")
    assert "creators.ConnectionToken.access: 1 renewed, 0 unreadable" in capsys.readouterr().out
    settings.ENCRYPTION_KEYS = [NEW_KEY]
    assert ask(connection, timezone.now()) == access
    call_command("rotate_encryption_keys")
    assert "creators.ConnectionToken.access: 0 renewed, 0 unreadable" in capsys.readouterr().out


def test_lost_key_is_told_and_the_creator_connects_again(client, creator, platforms, settings):
    connection = connect(client, creator, platforms, "x")
    settings.ENCRYPTION_KEYS = [NEW_KEY]
    with pytest.raises(SecretUnreadable):
        ConnectionToken.objects.get().access.reveal()
    with pytest.raises(CommandError, match="secrets fit no configured key"):
        call_command("rotate_encryption_keys")
    with pytest.raises(ConnectionNeedsAttention):
        ask(connection, timezone.now())
    assert health() == "reconnect"
