import io
import json
import stat
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as django_settings
from django.urls import reverse
from django.utils import timezone

from creators.models import Creator, PrivacyRequest, User
from creators.services.privacy.exporting import remove_expired_exports
from creators.services.privacy.processing import process_due_requests
from memory.models import Memory
from tests.creators.accounts.conftest import PASSWORD, read_code, smtp  # noqa: F401  a fixture
from tests.creators.conftest import client, stranger, stranger_client  # noqa: F401  fixtures
from tests.creators.privacy.filling import Filler
from tests.creators.privacy.test_erasure import fill_account, name_account
from tests.memory.conftest import form, make_creator, say
from tests.memory.test_forgetting import fill_every_corner
from veri.platform.ops.models import AuditEntry
from veri.platform.ops.privacy import Subject, list_data

URL = "/api/v1/privacy/requests"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.PLATFORM_GATEWAY_URL = "http://127.0.0.1:1"
    settings.BACKUP_DIR, settings.EXPORT_DIR = tmp_path / "backups", tmp_path / "exports"


def ask(client, **given):  # noqa: F811  the fixture
    return client.post(URL, given, format="json")


def test_export_holds_every_registered_field_of_every_record(client, creator, owner):  # noqa: F811  same
    said = say(creator, "My favourite tea is Quetzalwood.", external_id="i-1")
    form(creator)
    fill_every_corner(creator, said, Memory.objects.get())
    name_account(owner)
    fill_account(creator)
    assert Filler(user=owner, creator=creator).fill() == []
    say(make_creator("tidepool"), "I live in Rome.", external_id="i-9")
    asked = ask(client, kind="export")
    assert (asked.status_code, asked.json()["state"], asked.json()["is_ready"]) == (202, "pending", False)
    address = f"{URL}/{asked.json()['id']}"
    assert client.get(f"{address}/download").status_code == 409
    assert process_due_requests(now=timezone.now()) == 1
    assert client.get(address).json()["is_ready"] is True
    [path] = Path(django_settings.EXPORT_DIR).glob("*.zip")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    answer = client.get(f"{address}/download")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    manifest = json.loads(archive.read("manifest.json"))
    names = (owner.email, owner.email.lower(), owner.username)
    subject = Subject(user_ids=(owner.pk,), creator_ids=tuple(creators_of(owner)), owner_ids=(owner.pk,), names=names)
    filled = set()
    for one in list_data():
        assert (one.model in manifest["records"]) != bool(one.not_exported), one.model
        if one.not_exported:
            continue
        lines = [json.loads(line) for line in archive.read(f"data/{one.model}.jsonl").splitlines()]
        fields = {field.attname for field in one.table._meta.concrete_fields if field.name not in one.hidden}
        assert all(set(line) == fields for line in lines), one.model
        if one.model not in {"ops.AuditEntry", "creators.PrivacyRequest", "ops.Notification", "axes.AccessLog"}:
            assert len(lines) == one.select(subject).count(), one.model
        filled |= {one.model} if lines else set()
    exported = {one.model for one in list_data() if not one.not_exported}
    assert exported - filled == set()
    shown = json.loads(archive.read("data/creators.User.jsonl"))
    assert (shown["email"], "password" in shown) == (owner.email, False)
    texts = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Rome" not in texts
    assert AuditEntry.objects.filter(action="privacy.export_read").count() == 1


def creators_of(owner):

    return Creator.objects.filter(owner=owner).values_list("pk", flat=True)


def test_export_is_its_owners_alone_and_for_seven_days(client, stranger_client, creator, owner, admin_client):  # noqa: F811  same
    asked = ask(client, kind="export", creator="lumenkitchen")
    assert ask(client, kind="export", creator="lumenkitchen").status_code == 409
    now = timezone.now()
    process_due_requests(now=now)
    address = f"{URL}/{asked.json()['id']}"
    assert [stranger_client.get(one).status_code for one in (address, f"{address}/download")] == [404, 404]
    assert ask(stranger_client, kind="export", creator="lumenkitchen").status_code == 404
    desk = reverse("admin:creators_privacyrequest_changelist")
    body = {"action": "download_selected", "_selected_action": [asked.json()["id"]]}
    assert "Read somebody" in admin_client.post(desk, body).content.decode()
    read = admin_client.post(desk, {**body, "confirmed": "yes", "reason": "he asked by post"})
    assert read["Content-Type"] == "application/zip"
    read.close()
    assert AuditEntry.objects.get(action="privacy.export_read").reason == "he asked by post"
    with time_machine.travel(now + timedelta(days=7, seconds=1), tick=False):
        assert client.get(f"{address}/download").status_code == 409
        assert remove_expired_exports(now=timezone.now()) == 1
    assert list(Path(django_settings.EXPORT_DIR).glob("*")) == []
    assert client.get(address).json()["is_ready"] is False


def test_erasure_needs_the_password_and_begins_at_once(client, creator, owner):  # noqa: F811  same
    owner.set_password(PASSWORD)
    owner.save()
    assert ask(client, kind="erasure").json()["errors"][0]["pointer"] == "/password"
    assert ask(client, kind="erasure", password="wrong").status_code == 400
    assert (PrivacyRequest.objects.count(), User.objects.get(pk=owner.pk).is_active) == (0, True)
    assert ask(client, kind="erasure", password=PASSWORD).status_code == 202
    assert (PrivacyRequest.objects.get().kind, User.objects.get(pk=owner.pk).is_active) == ("erasure", False)


def test_erasure_is_confirmed_by_a_mailed_code_once(client, creator, owner, smtp):  # noqa: F811  same
    User.objects.filter(pk=owner.pk).update(email="ana@example.org")
    owner.refresh_from_db()
    assert client.post("/api/v1/privacy/erasure-code").status_code == 202
    code = read_code(smtp)
    assert ask(client, kind="erasure", code="wrong").json()["errors"][0]["pointer"] == "/code"
    assert (PrivacyRequest.objects.count(), User.objects.get(pk=owner.pk).is_active) == (0, True)
    assert ask(client, kind="erasure", creator="lumenkitchen", code=code).status_code == 202
    assert ask(client, kind="erasure", code=code).status_code == 400
    assert [one.is_whole_account for one in PrivacyRequest.objects.all()] == [False]


@pytest.mark.parametrize(
    "given", [{}, {"kind": "all"}, {"kind": "export", "creator": 7}, {"kind": "export", "creator": "x\0"}]
)
def test_bad_wish_is_refused(client, given):  # noqa: F811  same
    assert ask(client, **given).status_code in (400, 404)
    assert PrivacyRequest.objects.count() == 0


def test_list_costs_the_same_at_one_and_at_three(client, creator, owner, django_assert_num_queries):  # noqa: F811  same
    for _ in range(3):
        PrivacyRequest.objects.create(
            kind="export", user_key=owner.pk, source="api", asked_at=timezone.now(), due_at=timezone.now(),
            next_at=timezone.now(),
        )  # fmt: skip
        with django_assert_num_queries(1):
            client.get(URL)
