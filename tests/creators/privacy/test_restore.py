import pytest
from django.core.management import call_command
from django.utils import timezone

from creators.enums import PrivacySource
from creators.models import Creator, PrivacyRequest, User
from creators.services.privacy.processing import process_due_requests
from creators.services.privacy.requests import request_erasure
from tests.memory.conftest import make_creator
from veri.platform.ops.backup.services import create_backup


@pytest.mark.django_db(transaction=True)
def test_backup_put_back_does_not_bring_the_erased_back(creator, mongo, settings, tmp_path, capsys):
    owner = creator.owner
    settings.BACKUP_DIR = tmp_path / "backups"
    make_creator("pixelforge", User.objects.create_user("bea"))
    create_backup(now=timezone.now())
    asked = request_erasure(user=owner, creator=None, acting_user=owner, source=PrivacySource.API, now=timezone.now())
    PrivacyRequest.objects.update(next_at=asked.asked_at)
    process_due_requests(now=asked.asked_at)
    assert not User.objects.filter(pk=owner.pk).exists()

    call_command("backup", "restore", "--yes", "--force")

    assert "1 erasures" in capsys.readouterr().out
    again = PrivacyRequest.objects.get()
    assert (again.source, again.state, again.user_key) == ("restore", "pending", owner.pk)
    assert (User.objects.get(pk=owner.pk).is_active, Creator.objects.get(pk=creator.pk).owner_id) == (False, None)
    assert Creator.objects.get(handle="pixelforge").is_active
