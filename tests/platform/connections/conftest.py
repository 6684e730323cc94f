"""Private servers for what must not happen to the shared ones: passwords changed, servers stopped."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from veri.platform import embedded
from veri.platform.connections import credentials, mongo, redis

DEAD_PORT = 9  # "discard": nobody listens there


@pytest.fixture
def private_root(tmp_path: Path) -> Iterator[Path]:
    """Return a folder for servers of this test alone."""
    folder = tmp_path / "var"
    yield folder
    embedded.stop(root=folder)


@pytest.fixture(autouse=True)
def fresh_connections(settings: Settings) -> Iterator[None]:
    """Let no test inherit another's clients or rotated addresses."""
    settings.STORE_URL_FILES = {}
    _forget()
    yield
    _forget()


def _forget() -> None:
    mongo.close()
    redis.close()
    credentials.forget_rotated()


@pytest.fixture
def url_file(tmp_path: Path) -> Path:
    """Return the path of a secret file that a store's address is read from."""
    return tmp_path / "address"
