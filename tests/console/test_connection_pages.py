import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from creators.models import ConnectionToken, ContentItem, PlatformConnection, SyncPlan, WebhookDelivery
from tests.conftest import NOW
from tests.console.platform_rows import SECRET, make_platform_rows
from veri.platform.events.models import Event
from veri.platform.ops.models import AuditEntry

MODELS = ("platformconnection", "connectiontoken", "connectticket", "syncplan", "syncrun")
MODELS += ("quotawindow", "webhookdelivery", "webhooksubscription", "missingcontent")


@pytest.fixture
def item(creator):
    return make_item(creator, 1)


def make_item(creator, number):
    return ContentItem.objects.create(
        creator=creator, platform="twitch", external_id=f"v{number}", created_at=NOW, updated_at=NOW
    )


def count_queries(console, model):
    with CaptureQueriesContext(database) as seen:
        assert console.get(reverse(f"admin:creators_{model}_changelist")).status_code == 200
    return len(seen)


def test_lists_ask_as_much_for_three_rows_as_for_one_and_show_no_secret(console, creator, item):
    make_platform_rows(creator, item)
    for model in MODELS:
        console.get(reverse(f"admin:creators_{model}_changelist"))
    before = [count_queries(console, model) for model in MODELS]
    for number in (2, 3):
        make_platform_rows(creator, make_item(creator, number), number=number)
    assert [count_queries(console, model) for model in MODELS] == before
    for model, key in (("connectiontoken", ConnectionToken.objects.first().pk), ("connectticket", None)):
        address = (
            reverse(f"admin:creators_{model}_changelist")
            if key is None
            else reverse(f"admin:creators_{model}_change", args=[key])
        )
        page = console.get(address).content.decode()
        assert SECRET not in page
        assert ConnectionToken.objects.first().access.stored not in page


def test_health_is_shown(console, creator, item):
    make_platform_rows(creator, item)
    page = console.get(reverse("admin:creators_platformconnection_changelist")).content.decode()
    assert "The platform does not answer well" in page


def act(console, model, action, keys, **more):
    address = reverse(f"admin:creators_{model}_changelist")
    return console.post(address, {"action": action, "_selected_action": keys, **more})


def test_disconnecting_asks_for_a_reason_first(console, creator, item, settings):
    settings.PLATFORM_GATEWAY_URL = "http://127.0.0.1:1"
    make_platform_rows(creator, item)
    keys = [PlatformConnection.objects.get().pk]
    assert act(console, "platformconnection", "disconnect_selected", keys).status_code == 200
    assert (
        act(console, "platformconnection", "disconnect_selected", keys, confirmed="yes", reason="").status_code == 200
    )
    assert ConnectionToken.objects.count() == 1
    done = act(console, "platformconnection", "disconnect_selected", keys, confirmed="yes", reason="asked by phone")
    assert done.status_code == 302
    assert not ConnectionToken.objects.exists()
    assert AuditEntry.objects.get(action="connection.revoked").reason == "asked by phone"


def test_reading_now_skips_what_is_not_active(console, creator, item):
    make_platform_rows(creator, item)
    keys = [PlatformConnection.objects.get().pk]
    act(console, "platformconnection", "read_selected", keys)
    assert Event.objects.filter(name="sync.asked").count() == 1
    SyncPlan.objects.all().delete()
    act(console, "platformconnection", "read_selected", keys)
    assert Event.objects.filter(name="sync.asked").count() == 1


def test_deliveries_are_processed_again(console, creator, item):
    make_platform_rows(creator, item)
    act(console, "webhookdelivery", "process_again", [WebhookDelivery.objects.get().pk])
    assert Event.objects.get(name="webhook.received").payload == {"webhook_id": WebhookDelivery.objects.get().pk}
