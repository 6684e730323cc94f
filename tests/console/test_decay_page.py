from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from memory.enums import DecayState
from memory.models import DecayRun, ForgetRequest, Memory
from memory.services.decay import continue_decay
from migration.models import FeatureFlag
from migration.queries.flags import forget_flags
from tests.conftest import NOW
from tests.console.conftest import list_messages
from tests.memory.conftest import form, say
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def due(creator) -> Memory:
    say(creator, "My favourite tea is Sencha.", at=NOW - timedelta(days=7_300))
    form(creator)
    return Memory.objects.get()


def switch_on() -> None:
    for name in ("USE_MONGO", "MEMORY_DECAY"):
        FeatureFlag.objects.create(name=name, is_on=True, reason="test", changed_by="test", changed_at=NOW)
    forget_flags()


def test_dry_run_counts_and_changes_nothing(console, due):
    page = console.get(reverse("admin:decay_preview"))
    assert page.context["rows"] == [("Creator entity", "Active to dormant", "1", f"{len(due.text)} B")]
    assert (Memory.objects.get().state, DecayRun.objects.count()) == ("active", 0)


def test_run_needs_flag_and_reason_and_shows_what_it_did(console, due):
    start = reverse("admin:decay_start")
    assert "MEMORY_DECAY is not effective" in console.get(start).context["blocked"]
    refused = console.post(start, {"reason": "clean up"}, follow=True)
    assert list_messages(refused) == ["MEMORY_DECAY is off, or what it needs is: no memory fades."]
    switch_on()
    assert console.post(start, {"reason": ""}).status_code == 200
    assert DecayRun.objects.count() == 0
    assert console.post(start, {"reason": "clean up"}, follow=True).status_code == 200
    again = console.post(start, {"reason": "clean up"}, follow=True)
    assert list_messages(again) == ["A decay run is open already; it goes on by itself."]
    continue_decay(clock=timezone.now)
    run = DecayRun.objects.get()
    page = console.get(reverse("admin:decay"))
    assert (run.state, run.reason, Memory.objects.get().state) == (DecayState.DONE, "clean up", "dormant")
    assert page.context["runs"][0]["steps"] == [("Active to dormant", 1)]
    assert ("Active", "1", "0") in page.context["storage"]
    assert AuditEntry.objects.filter(action="memory.decay_started", reason="clean up").count() == 1


def test_staff_without_the_permission_may_look_only(client, django_user_model, due):
    viewer = django_user_model.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_decayrun"))
    client.force_login(viewer)
    assert client.get(reverse("admin:decay")).status_code == 200
    assert client.post(reverse("admin:decay_start"), {"reason": "x"}).status_code == 403
    assert DecayRun.objects.count() == 0


def test_request_to_forget_is_tried_again_with_a_reason(console, creator):
    waiting = ForgetRequest.objects.create(
        creator=creator, scope="memory", state="waiting", due_at=NOW + timedelta(days=999), requested_by="o",
        requested_at=NOW,
    )  # fmt: skip
    address = reverse("admin:memory_forgetrequest_changelist")
    chosen = {"action": "retry_selected", "_selected_action": [waiting.pk]}
    assert "steps that are left" in console.post(address, chosen).content.decode()
    done = console.post(address, {**chosen, "confirmed": "yes", "reason": "store is back"}, follow=True)
    assert list_messages(done) == ["1 are tried again, 0 were done already."]
    waiting.refresh_from_db()
    assert waiting.due_at <= timezone.now()
