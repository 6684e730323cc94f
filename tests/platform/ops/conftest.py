import pytest
from django.test import Client

from veri.platform.ops.health import forget_readiness


@pytest.fixture(autouse=True)
def _own_urls(settings):
    settings.ROOT_URLCONF = "tests.platform.http.urls"


@pytest.fixture(autouse=True)
def _fresh_readiness():
    forget_readiness()


@pytest.fixture
def client():
    return Client(raise_request_exception=False)
