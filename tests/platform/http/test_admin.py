import pytest
from django.urls import reverse
from django.utils import timezone

from veri.platform.http.models import ApiKey
from veri.platform.http.services import create_api_key
from veri.platform.ops.models import AuditEntry


@pytest.fixture
def staff(client, django_user_model, settings):
    settings.ROOT_URLCONF = "tests.platform.http.admin_urls"
    user = django_user_model.objects.create_superuser(username="root", password="x")
    client.force_login(user)
    return user


def test_created_key_is_shown_once(client, staff):
    response = client.post(
        reverse("admin:http_apikey_add"), {"owner": staff.pk, "name": "bot", "scopes": ["search"]}, follow=True
    )

    key = ApiKey.objects.get()
    assert f"{key.prefix}." in response.content.decode()
    assert f"{key.prefix}." not in client.get(reverse("admin:http_apikey_changelist")).content.decode()
    assert AuditEntry.objects.get().actor_label == "root"


def test_action_revokes(client, staff):
    created = create_api_key(owner=staff, name="x", scopes=["search"], acting_user=staff, now=timezone.now())

    client.post(
        reverse("admin:http_apikey_changelist"), {"action": "revoke_keys", "_selected_action": [created.key.pk]}
    )

    assert ApiKey.objects.get().revoked_at is not None


@pytest.mark.parametrize(
    "name",
    [
        "http_apikey",
        "http_idempotencyrecord",
        "ops_auditentry",
        "ops_heartbeat",
        "ops_notification",
        "ops_backuprun",
    ],
)
def test_list_opens_and_searches(client, staff, name):
    create_api_key(owner=staff, name="x", scopes=["search"], acting_user=staff, now=timezone.now())

    assert client.get(reverse(f"admin:{name}_changelist")).status_code == 200
    assert client.get(reverse(f"admin:{name}_changelist"), {"q": "a"}).status_code == 200


def test_audit_entry_has_no_delete(client, staff):
    create_api_key(owner=staff, name="x", scopes=["search"], acting_user=staff, now=timezone.now())
    entry = AuditEntry.objects.get()

    assert client.post(reverse("admin:ops_auditentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
    assert AuditEntry.objects.count() == 1
