import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from veri.platform.connections.redis import get_redis


@pytest.fixture(autouse=True)
def _own_urls(settings):
    settings.ROOT_URLCONF = "tests.platform.http.urls"


@pytest.fixture(autouse=True)
def _fresh_windows():
    client = get_redis()
    for key in client.scan_iter(match="veri:rate:*"):
        client.delete(key)


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.fixture
def user(db):
    return get_user_model().objects.create_user(username="ana", password="correct horse")
