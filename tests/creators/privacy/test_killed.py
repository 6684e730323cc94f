"""A process that carries out an erasure is killed for real; the next one goes on where it stopped."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from creators.enums import PrivacySource, PrivacyState
from creators.models import Creator, Interaction, PrivacyRequest, User
from creators.services.privacy.processing import LEASE, process_request
from creators.services.privacy.requests import request_erasure
from migration.models import OutboxRow
from tests.memory.conftest import form, say
from tests.migration.test_relay_faults import build_variables


@pytest.mark.django_db(transaction=True)
def test_killed_erasure_goes_on_after_its_lease(creator, mongo, tmp_path, settings):
    settings.BACKUP_DIR = tmp_path
    owner = creator.owner
    for number in range(3):
        say(creator, f"I live in Lisbon, said for the {number}. time.", external_id=f"i-{number}")
    form(creator)
    now = timezone.now()
    request = request_erasure(user=owner, creator=None, acting_user=owner, source=PrivacySource.API, now=now)
    variables = build_variables(mongo_url=settings.MONGODB_URIS[0])
    killed = subprocess.run(
        [sys.executable, "manage.py", "privacy", "process"],
        cwd=settings.BASE_DIR,
        env={**os.environ, **variables, "VERI_FAILPOINT": "erasure.after_batch:40"},
        check=False,
        timeout=60,
    )
    assert killed.returncode == -signal.SIGKILL
    request.refresh_from_db()
    assert (request.state, "rows" in request.steps) == (PrivacyState.RUNNING, False)
    assert User.objects.filter(pk=owner.pk).exists()
    assert process_request(request_id=request.pk, now=now + timedelta(minutes=1)) is None
    later = timezone.now() + LEASE
    assert process_request(request_id=request.pk, now=later) == PrivacyState.WAITING
    assert process_request(request_id=request.pk, now=later + timedelta(minutes=3)) == PrivacyState.DONE
    assert (User.objects.count(), Creator.objects.count(), Interaction.objects.count()) == (0, 0, 0)
    assert PrivacyRequest.objects.count() == 1
    assert OutboxRow.objects.count() == 0
