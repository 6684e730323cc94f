"""The staff API: the console's steps over HTTP, each behind its permission."""

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone
from rest_framework.test import APIClient

from creators.models import Interaction, User
from migration.enums import Stage
from migration.models import Dataset, OutboxRow, RolloutPlan
from migration.services.verification import check_parity
from tests.migration.climbing import climb
from tests.migration.conftest import make_interaction, switch
from veri.platform.http.services.api_keys import create_api_key
from veri.platform.ops.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/migration"
INTERACTIONS = f"{BASE}/datasets/interactions"


def sign_in(user) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def chief():
    return sign_in(User.objects.create_superuser("chief", password="correct horse battery"))


@pytest.fixture
def staff():
    """Return a client of somebody on the staff with the given permissions."""

    def build(*names: str) -> APIClient:
        user = User.objects.create_user(f"staff{User.objects.count()}", password="correct horse", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=names))
        return sign_in(user)

    return build


@pytest.fixture
def started(creator, mongo):
    Interaction.objects.bulk_create([make_interaction(creator, str(number)) for number in range(3)])
    switch("USE_MONGO")
    return creator


def post(client, step: str, **body):
    return client.post(f"{INTERACTIONS}/{step}", {"reason": "because", **body}, format="json")


def test_creators_and_keys_have_no_business_here(owner, staff):
    assert sign_in(owner).get(f"{BASE}/datasets").status_code == 403
    assert APIClient().get(f"{BASE}/datasets").status_code == 401
    assert staff().get(f"{BASE}/datasets").status_code == 403
    assert staff("view_dataset").get(f"{BASE}/datasets").status_code == 200


def test_api_key_of_staff_is_refused():
    user = User.objects.create_superuser("robot", password="correct horse battery")
    created = create_api_key(owner=user, acting_user=user, name="k", scopes=["creators:read"], now=timezone.now())
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {created.credential}")

    assert client.get(f"{BASE}/datasets").status_code == 403


def test_dataset_shows_stage_outbox_and_guards(chief, started):
    found = chief.get(INTERACTIONS).json()
    assert (found["name"], found["stage"], found["outbox"]["depth"]) == ("interactions", "capture", 0)

    step = chief.get(f"{INTERACTIONS}/next-step").json()

    assert (step["target"], step["permission"]) == ("backfill", "migration.operate_dataset")
    assert [one["guard"] for one in step["guards"]] == ["use_mongo", "preflight", "settled"]


def test_unknown_dataset_and_flag_are_not_found(chief):
    assert chief.get(f"{BASE}/datasets/nonsense").status_code == 404
    assert chief.post(f"{BASE}/datasets/nonsense/pause", {"reason": "r"}, format="json").status_code == 404
    assert chief.get(f"{BASE}/flags/FLY").status_code == 404


def test_preflight_answers_with_findings(chief, started):
    found = post(chief, "preflight")

    assert found.status_code == 200
    assert found.json()["is_ok"] is True
    assert {one["name"] for one in found.json()["findings"]} >= {"reachable", "writable", "triggers", "mapper"}


def test_steps_move_the_dataset_and_are_audited(chief, started):
    climb("interactions", Stage.CATCHUP)

    assert post(chief, "promote", target="verify").json() == {"name": "interactions", "stage": "verify", "epoch": 4}
    assert post(chief, "pause").json()["stage"] == "paused"
    assert post(chief, "resume").json()["stage"] == "verify"
    assert post(chief, "throttle", rows_per_second=100).status_code == 200
    assert post(chief, "roll-back").json()["stage"] == "rolled_back"
    assert post(chief, "stop").json()["stage"] == "off"
    assert post(chief, "start").json()["stage"] == "capture"

    assert set(AuditEntry.objects.filter(actor_label="chief").values_list("reason", flat=True)) == {"because"}


def test_guard_that_does_not_hold_is_a_conflict_with_its_values(chief, started):
    climb("interactions", Stage.VERIFY)

    refused = post(chief, "promote")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/conflict")
    assert {one["guard"] for one in refused.json()["guards"] if not one["ok"]} == {"deep_pass", "mismatches"}
    assert Dataset.objects.get(name="interactions").stage == Stage.VERIFY


def test_moving_reads_needs_more_than_operating(staff, started):
    climb("interactions", Stage.SHADOW)
    operator = staff("view_dataset", "operate_dataset")

    assert post(operator, "promote").status_code == 403
    assert post(operator, "roll-back").status_code == 403
    assert post(operator, "stop").status_code == 403
    assert post(operator, "pause").status_code == 200


def test_force_needs_its_permission(staff, started):
    climb("interactions", Stage.VERIFY)

    refused = post(staff("operate_dataset"), "promote", force=True)

    assert (refused.status_code, "force_dataset" in refused.json()["detail"]) == (403, True)
    assert post(staff("operate_dataset", "force_dataset"), "promote", force=True).json()["stage"] == "shadow"


def test_reason_is_required_and_nothing_changes(chief, started):
    assert chief.post(f"{INTERACTIONS}/stop", {}, format="json").status_code == 400
    assert chief.post(f"{INTERACTIONS}/stop", {"reason": "  "}, format="json").status_code == 400

    assert Dataset.objects.get(name="interactions").stage == Stage.CAPTURE


def test_long_steps_are_queued(chief, started):
    assert post(chief, "backfill").status_code == 202
    assert post(chief, "verify").json() == {"queued": True}


def test_flag_is_switched_and_shared(chief, mongo):
    url = f"{BASE}/flags/USE_MONGO"

    assert chief.put(url, {"is_on": True, "reason": "r"}, format="json").json()["is_effective"] is True
    shared = chief.put(f"{url}/share", {"percent": 50, "denied": [3], "reason": "r"}, format="json")
    assert shared.json()["percent"] == 50
    refused = chief.put(f"{BASE}/flags/HYBRID_SEARCH", {"is_on": True, "reason": "r"}, format="json")
    assert (refused.status_code, "READ_FROM_MONGO" in refused.json()["detail"]) == (409, True)


def test_verification_takes_a_mode_and_its_creator_together(chief, started):
    assert post(chief, "verify", mode="sample").status_code == 202
    assert post(chief, "verify", mode="scope", creator=started.pk).status_code == 202
    assert post(chief, "verify", mode="scope").status_code == 400
    assert post(chief, "verify", mode="full", creator=1).status_code == 400


def test_repair_is_a_dry_run_unless_it_is_asked_for(chief, started, mongo):
    assert post(chief, "reconcile").status_code == 409
    climb("interactions", Stage.CATCHUP)
    key = Interaction.objects.order_by("pk").first().pk
    mongo.interactions.update_one({"_id": key}, {"$set": {"text": "bent"}})
    check_parity(name="interactions", clock=timezone.now)

    planned = post(chief, "reconcile").json()
    assert (planned["rewritten"], planned["is_dry_run"]) == (1, True)
    assert planned["changes"][0] | {"action": ""} == {
        "key": str(key),
        "kind": "content",
        "differing": ["text"],
        "action": "",
    }
    assert OutboxRow.objects.count() == 0

    assert post(chief, "reconcile", dry_run=False, keys=[key]).json()["is_dry_run"] is False
    assert OutboxRow.objects.count() == 1


def test_rollout_is_planned_and_ended(chief, started):
    body = {"reason": "r", "steps": [{"percent": 20, "not_before": "2030-01-01T00:00:00Z"}]}
    url = f"{INTERACTIONS}/rollout"

    assert chief.put(url, body, format="json").status_code == 200
    assert RolloutPlan.objects.get().steps.get().percent == 20
    falling = {**body, "steps": [body["steps"][0], body["steps"][0]]}
    assert chief.put(url, falling, format="json").status_code == 400
    assert post(chief, "rollout").json()["finished_at"] is not None
    assert post(chief, "rollout").status_code == 404


def test_quarantined_rows_are_retried_and_purged(chief, started):
    rows = [
        OutboxRow.objects.create(
            dataset="interactions", key=n, scope=1, version=n, operation="u", quarantined_at=timezone.now(), error="x"
        )
        for n in (1, 2)
    ]
    body = {"reason": "r", "rows": [rows[0].pk, 10**9]}

    assert chief.post(f"{BASE}/quarantine/retry", body, format="json").json() == {"done": 1, "skipped": 1}
    body = {"reason": "r", "rows": [rows[1].pk]}
    assert chief.post(f"{BASE}/quarantine/purge", body, format="json").json() == {"done": 1, "skipped": 0}
    assert list(OutboxRow.objects.values_list("key", "quarantined_at")) == [(1, None)]


def test_archive_needs_its_permission(staff, chief, started):
    assert post(staff("operate_dataset"), "archive").status_code == 403
    assert post(chief, "archive").status_code == 202
