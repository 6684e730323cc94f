from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from creators.models import Creator, LegalHold, PrivacyRequest, User
from veri.platform.ops.models import AuditEntry
from veri.platform.ops.registry import run_deep_checks

pytestmark = pytest.mark.django_db(transaction=True)


def act(client, model, action, row, **given):
    address = reverse(f"admin:creators_{model}_changelist")
    body = {"action": action, "_selected_action": [row.pk], "confirmed": "yes", "reason": "a letter"}
    return client.post(address, {**body, **given})


def test_staff_ask_for_an_erasure_by_name_with_a_reason(admin_client, creator, owner):
    assert "This is not" in act(admin_client, "user", "erase_person", owner, name="somebody").content.decode()
    assert f"Type {owner.username}" in act(admin_client, "user", "erase_person", owner, name="").content.decode()
    assert (PrivacyRequest.objects.count(), User.objects.get(pk=owner.pk).is_active) == (0, True)
    act(admin_client, "user", "erase_person", owner, name=owner.username)
    request = PrivacyRequest.objects.get()
    assert (request.kind, request.source, request.creator_keys) == ("erasure", "console", [creator.pk])
    assert AuditEntry.objects.get(action="privacy.erasure_requested").reason == "a letter"
    page = admin_client.get(reverse("admin:creators_privacyrequest_change", args=[request.pk])).content.decode()
    assert f"user {owner.pk} with creators {creator.pk}" in page


def test_one_creator_is_exported_and_one_without_an_owner_is_not(admin_client, creator):
    act(admin_client, "creator", "export_person", creator)
    assert PrivacyRequest.objects.get().kind == "export"
    Creator.objects.update(owner=None)
    act(admin_client, "creator", "export_person", creator)
    assert PrivacyRequest.objects.count() == 1


def test_who_may_not_ask_changes_nothing(client, creator, owner):
    looker = User.objects.create_user("looker", is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "view_creator"]))
    client.force_login(looker, backend="django.contrib.auth.backends.ModelBackend")
    act(client, "user", "erase_person", owner, name=owner.username)
    act(client, "creator", "erase_person", creator, name=creator.handle)
    assert (PrivacyRequest.objects.count(), User.objects.get(pk=owner.pk).is_active) == (0, True)


def test_hold_is_placed_for_one_person_and_lifted(admin_client, creator, owner):
    add = reverse("admin:creators_legalhold_add")
    body = {
        "creator": creator.pk, "user": owner.pk, "held_models": ["creators.Interaction"], "reason": "a lawsuit",
        "until_0": "2027-11-01", "until_1": "12:00:00",
    }  # fmt: skip
    assert "Choose a user or a creator" in admin_client.post(add, body).content.decode()
    admin_client.post(add, body | {"user": ""})
    hold = LegalHold.objects.get()
    assert (hold.creator_key, hold.held_models, hold.lifted_at) == (creator.pk, ["creators.Interaction"], None)
    act(admin_client, "legalhold", "lift_selected", hold)
    hold.refresh_from_db()
    assert hold.lifted_at is not None
    assert [one.action for one in AuditEntry.objects.order_by("id")] == ["privacy.hold_placed", "privacy.hold_lifted"]


def test_late_requests_show_in_the_deep_checks(admin_client, owner):
    now = timezone.now()
    row = PrivacyRequest.objects.create(
        kind="erasure", user_key=owner.pk, source="api", asked_at=now, due_at=now + timedelta(days=1), next_at=now,
        state="waiting",
    )  # fmt: skip
    assert run_deep_checks()["privacy"].ok
    PrivacyRequest.objects.update(due_at=now - timedelta(days=1), state="attention")
    assert run_deep_checks()["privacy"].detail == {"late": 1, "need_a_person": 1}
    act(admin_client, "privacyrequest", "retry_selected", row)
    row.refresh_from_db()
    assert (row.state, AuditEntry.objects.get().action) == ("waiting", "privacy.retried")
