from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from creators.models import Creator, User

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def make_creator(handle, owner=None, **fields):
    return Creator.objects.create(handle=handle, owner=owner, created_at=NOW, updated_at=NOW, **fields)


@pytest.fixture
def owner(db):
    return User.objects.create_user("ana", password="correct horse battery")


@pytest.fixture
def stranger(db):
    return User.objects.create_user("bea", password="correct horse battery")


@pytest.fixture
def creator(owner):
    return make_creator("lumenkitchen", owner)


@pytest.fixture
def client(owner):
    client = APIClient()
    client.force_authenticate(owner)
    return client


@pytest.fixture
def stranger_client(stranger):
    client = APIClient()
    client.force_authenticate(stranger)
    return client
