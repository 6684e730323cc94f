import pytest
from django.urls import reverse

from migration.models import FeatureFlag, RolloutPlan
from tests.console.conftest import list_messages, put, switch
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db
NAME = "MEMORY_DECAY"


def address(page, name=NAME):
    return reverse(f"admin:flag_{page}", args=[name])


def confirm(client, page, **data):
    """Send the form, then confirm what it shows."""
    first = client.post(address(page), {"reason": "a test", **data})
    hidden = dict(first.context["hidden"])
    return first, client.post(address(page), {**hidden, "reason": "a test", **data}, follow=True)


def get_row(client):
    rows = client.get(reverse("admin:flags")).context["rows"]
    return next(row for row in rows if row.state.name == NAME)


def test_share_is_shown_before_it_holds(console, creator):
    first, response = confirm(console, "share", percent="25", allowed=f"{creator.pk}", denied="77")
    assert dict(first.context["facts"])["Then"] == "25 % of the creators, 1 always, 1 never: reaches 1 of 1 creators"
    assert list_messages(response)[-1] == f"{NAME}: 25 % of the creators, 1 always, 1 never, while it is on."
    flag = FeatureFlag.objects.get(name=NAME)
    assert (flag.percent, flag.allowed, flag.denied) == (25, [creator.pk], [77])
    assert AuditEntry.objects.get(action="migration.flag.share").reason == "a test"
    assert get_row(console).share == "25 % of the creators, 1 always, 1 never"


def test_first_sending_changes_nothing(console):
    console.post(address("share"), {"reason": "r", "percent": "25", "allowed": "", "denied": ""})
    assert (FeatureFlag.objects.count(), AuditEntry.objects.count()) == (0, 0)


@pytest.mark.parametrize("share", [{"percent": "-1"}, {"percent": "5", "allowed": "3", "denied": "3"}, {"percent": ""}])
def test_share_without_sense_changes_nothing(console, share):
    first, _ = confirm(console, "share", **{"allowed": "", "denied": "", **share})
    assert first.context["form"].errors
    assert FeatureFlag.objects.count() == 0


def test_rollout_of_a_flag_is_planned_shown_and_ended(console):
    switch("USE_MONGO", is_on=True)
    switch(NAME, is_on=True)
    data = {"percents": "20, 100", "start": "2026-12-01 09:00", "every_hours": "24"}
    _, response = confirm(console, "rollout", **data)
    assert list_messages(response)[-1] == f"{NAME}: a rollout of 2 steps is planned."
    assert get_row(console).rollout == "next 20 % not before 2026-12-01 09:00, up to 100 %"

    _, response = confirm(console, "rollout_end")
    assert RolloutPlan.objects.filter(finished_at=None).count() == 0
    assert get_row(console).rollout == ""


def test_rollout_of_a_flag_without_a_stored_value_is_blocked(console):
    page = console.get(address("rollout"))
    assert page.context["blocked"] == "Nothing is stored for it yet: switch it or set its share first."
    confirm(console, "rollout", percents="10, 100", every_hours="1")
    assert RolloutPlan.objects.count() == 0


def test_a_dataset_s_plan_is_not_the_flag_s(console, mongo):
    put("interactions", "canary")
    assert console.get(address("rollout_end", "READ_FROM_MONGO")).context["blocked"] == "There is no open plan."


@pytest.mark.parametrize("page", ["share", "rollout", "rollout_end"])
def test_permission_and_name_are_checked(client, onlooker, page):
    client.force_login(onlooker)
    assert client.post(address(page), {"reason": "try"}).status_code == 403
    assert client.get(address(page, "NO_SUCH")).status_code == 403


@pytest.mark.parametrize("page", ["share", "rollout", "rollout_end"])
def test_unknown_flag_is_not_found(console, page):
    assert console.get(address(page, "NO_SUCH")).status_code == 404
