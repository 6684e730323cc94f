import pytest
from django.urls import reverse

from migration.models import Dataset, FeatureFlag, OutboxRow
from migration.queries.flags import is_flag_on
from tests.console.conftest import list_messages, make_interactions, put, switch
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db
ON = ["USE_MONGO", "on"]


def test_switching_stores_audits_and_starts_capture(console):
    response = console.post(reverse("admin:flag_switch", args=ON), {"reason": "begin the move"}, follow=True)

    assert response.redirect_chain == [("/admin/flags/", 302)]
    assert list_messages(response) == ["USE_MONGO is switched on; every process follows within two seconds."]
    flag = FeatureFlag.objects.get(name="USE_MONGO")
    assert (flag.is_on, flag.reason, flag.changed_by) == (True, "begin the move", "operator")
    entry = AuditEntry.objects.get(action="migration.flag.on")
    assert (entry.actor_label, entry.reason, entry.target_id) == ("operator", "begin the move", "USE_MONGO")
    assert set(Dataset.objects.values_list("stage", flat=True)) == {"capture"}


@pytest.mark.parametrize("reason", ["", "   ", "a\0b", "x" * 501])
def test_switching_without_a_proper_reason_changes_nothing(console, reason):
    response = console.post(reverse("admin:flag_switch", args=ON), {"reason": reason})

    assert response.status_code == 200
    assert response.context["form"].errors["reason"]
    assert (FeatureFlag.objects.count(), AuditEntry.objects.count()) == (0, 0)
    assert not is_flag_on("USE_MONGO")


def test_confirmation_says_what_switching_off_costs(console, creator):
    switch("USE_MONGO", is_on=True)
    switch("READ_FROM_MONGO", is_on=True)
    make_interactions(creator, 4)

    sentences = console.get(reverse("admin:flag_switch", args=["USE_MONGO", "off"])).context["consequences"]

    assert "4 changes wait in the outbox and 0 in quarantine." in sentences
    names = "creator_profiles, interactions, memories, memory_vectors"
    assert f"Not copied yet, so back to Off at once, with what waits dropped: {names}." in sentences
    assert "These stay stored as on but read off: READ_FROM_MONGO." in sentences
    assert OutboxRow.objects.count() == 4


def test_confirmation_says_that_what_was_copied_goes_on_being_captured(console, settings):
    switch("USE_MONGO", is_on=True)
    put("interactions", "cutover")
    put("memories", "catchup")

    sentences = console.get(reverse("admin:flag_switch", args=["USE_MONGO", "off"])).context["consequences"]

    limit = f"{settings.MIGRATION.outbox_limit:,.0f}"
    kept = f"What was copied goes on being captured, up to {limit} waiting changes a dataset: interactions, memories."
    assert kept in sentences
    assert sentences[-2] == (
        "At that limit a dataset returns to Off, its outbox is emptied and a new backfill will be needed."
    )
    assert sentences[-1].startswith("Not copied yet, so back to Off at once")


def test_confirmation_of_reads_names_the_datasets_that_are_read(console):
    switch("USE_MONGO", is_on=True)
    put("interactions", "canary")
    put("memories", "verify")
    address = reverse("admin:flag_switch", args=["READ_FROM_MONGO", "off"])
    sentences = console.get(address).context["consequences"]
    assert "All reads return to PostgreSQL within two seconds: interactions." in sentences
    assert "Capture, relay and stages stay as they are; nothing changes for memories." in sentences


def test_flag_whose_need_is_off_is_disabled_with_the_reason(console):
    text = console.get(reverse("admin:flags")).content.decode()
    assert "Cannot be switched on: Needs USE_MONGO, which is off: switch that on first." in text
    assert "switch-READ_FROM_MONGO" not in text
    assert "switch-USE_MONGO" in text


def test_refusal_of_the_service_is_a_message(console):
    response = console.post(reverse("admin:flag_switch", args=["HYBRID_SEARCH", "on"]), {"reason": "try"}, follow=True)

    assert response.status_code == 200
    assert list_messages(response) == [
        "HYBRID_SEARCH needs READ_FROM_MONGO, which is off. Switch READ_FROM_MONGO on first."
    ]
    assert (FeatureFlag.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_forced_off_flag_says_so(console, settings):
    settings.FLAGS_FORCED_OFF = ["USE_MONGO"]
    page = console.get(reverse("admin:flag_switch", args=ON))
    assert page.context["blocked"] == "Kept off by FLAGS_FORCED_OFF: change the environment and restart."
    response = console.post(reverse("admin:flag_switch", args=ON), {"reason": "try"}, follow=True)
    assert "FLAGS_FORCED_OFF" in list_messages(response)[0]
    assert FeatureFlag.objects.count() == 0


@pytest.mark.parametrize("path", ["/admin/flags/NO_SUCH/on/", "/admin/flags/USE_MONGO/maybe/"])
def test_unknown_flag_or_value_is_not_found(console, path):
    assert console.get(path).status_code == 404


def test_staff_without_permission_sees_disabled_switches_and_is_refused(client, onlooker):
    client.force_login(onlooker)
    text = client.get(reverse("admin:flags")).content.decode()
    assert "Your account lacks the permission migration.change_featureflag." in text
    assert "switch-" not in text

    response = client.post(reverse("admin:flag_switch", args=ON), {"reason": "try"})

    assert response.status_code == 403
    assert b"migration.change_featureflag" in response.content
    assert (FeatureFlag.objects.count(), AuditEntry.objects.count()) == (0, 0)
    assert set(Dataset.objects.values_list("stage", flat=True)) == {"off"}


def test_page_without_the_right_to_look_is_refused(client, onlooker):
    onlooker.user_permissions.clear()
    client.force_login(onlooker)
    for name in ("flags", "flags_live", "reconciliation", "reconciliation_live", "usage"):
        assert client.get(reverse(f"admin:{name}")).status_code == 403, name


def test_switching_needs_the_forgery_token(operator):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(operator)
    assert strict.post(reverse("admin:flag_switch", args=ON), {"reason": "forged"}).status_code == 403
    assert FeatureFlag.objects.count() == 0
