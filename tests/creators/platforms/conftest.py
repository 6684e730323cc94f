"""The four platforms as small real servers, and a browser that follows redirects between them and Veri."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.test import Client

from creators.clients.transport import close_client
from creators.models import PlatformConnection, WebhookDelivery
from creators.services.sync.running import synchronise
from creators.services.webhooks.processing import process_webhook
from tests.fakes.oauth import CLIENT_ID, CLIENT_SECRET
from tests.fakes.platforms import run_platforms
from tests.fakes.x import BEARER, CONSUMER_SECRET

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
RETURN = "https://app.example/connections"


@pytest.fixture
def platforms(settings):
    with run_platforms() as running:
        settings.PLATFORM_GATEWAY_URL = running.gateway.url
        settings.PLATFORM_CREDENTIALS = dict.fromkeys(
            ("youtube", "twitch", "twitter", "tiktok"), (CLIENT_ID, CLIENT_SECRET)
        )
        settings.TWITTER_BEARER_TOKEN, settings.TWITTER_CONSUMER_SECRET = BEARER, CONSUMER_SECRET
        settings.PUBLIC_URL = "http://testserver"
        settings.CONNECT_RETURN_URLS = [RETURN]
        running.tiktok.callback = "http://testserver/webhooks/tiktok"
        yield running


@pytest.fixture(autouse=True, scope="session")
def _closed_client():
    """Close what stays open between tests: building a client takes longer than most of them."""
    yield
    close_client()


def visit(address):
    """Open a platform's page as a browser; return where it sends the browser."""
    with httpx.Client(trust_env=False, verify=False) as browser:  # noqa: S501  plain HTTP: certificates take 50 ms to load
        answer = browser.get(address)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def ask_consent(browser, platforms, address):
    """Open a one-time address, consent on the platform, and return the address of the callback."""
    opened = browser.get(address.removeprefix("http://testserver"))
    assert opened.status_code == 302, opened.content
    target = f"{platforms.gateway.url}/{opened['location'].removeprefix('https://')}"
    return visit(target).removeprefix("http://testserver")


def start(client, creator, platform, *, return_to=RETURN):
    body = {"creator": creator.handle, "return_to": return_to}
    return client.post(f"/api/v1/connections/{platform}/start", body, format="json")


def finish(browser, callback):
    """Bring the browser back; return the words it tells the front end."""
    response = browser.get(callback)
    assert response.status_code == 302, response.content
    return {name: values[0] for name, values in parse_qs(urlsplit(response["location"]).query).items()}


def connect(client, creator, platforms, platform):
    """Connect an account by the whole flow; return the connection."""
    browser = Client()
    told = finish(browser, ask_consent(browser, platforms, start(client, creator, platform).json()["url"]))
    assert told["status"] == "ok", told
    return PlatformConnection.objects.get(pk=told["connection"])


def play(call, *, header_changes=None, body=None):
    """Deliver a platform's call to Veri's own view, and tell the platform what came of it."""
    headers = {**call.headers, **(header_changes or {})}
    address = call.url.removeprefix("http://testserver")
    sent = call.body if body is None else body
    extra = {
        f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items() if name != "Content-Type"
    }
    if call.method == "GET":
        response = Client().get(address, **extra)
    else:
        response = Client().post(address, sent, content_type=headers["Content-Type"], **extra)
    call.on_answer(response.status_code, response.content)
    return response


def play_all(platforms):
    """Deliver what the platforms want to call back, such as handshakes."""
    while platforms.gateway.outbox:
        response = play(platforms.gateway.outbox.pop(0))
        assert response.status_code == 200, response.content


def read(connection, *, at):
    return synchronise(connection_id=connection.pk, clock=lambda: at)


def process_all(now):
    """Process what was stored and not looked at yet, as the event log does; return the states."""
    return [
        process_webhook(webhook_id=pk, now=now)
        for pk in WebhookDelivery.objects.filter(state="pending").order_by("pk").values_list("pk", flat=True)
    ]
