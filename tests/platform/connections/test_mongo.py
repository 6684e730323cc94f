"""MongoDB clients."""

import contextlib
import multiprocessing
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from bson.binary import UuidRepresentation
from pymongo.errors import ConnectionFailure, ServerSelectionTimeoutError
from pytest_django import Settings

from tests.platform.connections.conftest import DEAD_PORT
from veri.platform import embedded
from veri.platform.connections import StoreUnavailable, get_database, translate_store_errors
from veri.platform.connections.mongo_connector import _build_options

pytestmark = pytest.mark.xdist_group("killing")
DEAD_URL = f"mongodb://127.0.0.1:{DEAD_PORT}/veri"


@pytest.fixture
def live_url(private_root: Path) -> str:
    """Return the address of a server of this test alone."""
    return embedded.start_one(root=private_root, name="mongo")


@pytest.fixture
def alone(settings: Settings, live_url: str) -> str:
    """Make that server the only one."""
    settings.MONGODB_URIS, settings.MONGODB_NAME = [live_url], ""
    return live_url


def test_database_name_comes_from_the_address_unless_set(alone: str, settings: Settings) -> None:
    assert get_database().name == "veri"
    settings.MONGODB_NAME = "veri_test_other"
    assert get_database().name == "veri_test_other"
    settings.MONGODB_URIS, settings.MONGODB_NAME = [alone.removesuffix("/veri")], ""
    assert get_database().name == "veri"


def test_client_is_kept_and_keeps_time_zones_and_uuids(alone: str) -> None:
    document = {"_id": "a", "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}
    get_database()["things"].insert_one(document)

    assert get_database()["things"].find_one({"_id": "a"}) == document
    assert get_database().codec_options.uuid_representation == UuidRepresentation.STANDARD
    assert get_database().client is get_database().client


@pytest.mark.parametrize(("url", "majority"), [("mongodb://a/veri", False), ("mongodb://a/veri?replicaSet=r", True)])
def test_majority_is_asked_of_replica_sets_only(url: str, majority: bool) -> None:
    options = _build_options(url)

    assert (options.get("w") == "majority") is majority
    assert options["retryWrites"] is False
    assert (options["serverSelectionTimeoutMS"], options["connectTimeoutMS"], options["socketTimeoutMS"]) == (
        1500,
        1500,
        5000,
    )


def test_dead_first_address_is_passed_over(alone: str, settings: Settings) -> None:
    settings.MONGODB_URIS = [DEAD_URL, alone]

    get_database()["things"].insert_one({"_id": 1})

    assert get_database()["things"].count_documents({}) == 1


def test_lost_server_is_left_for_the_next(alone: str, tmp_path: Path, settings: Settings) -> None:
    other_root = tmp_path / "other"
    try:
        settings.MONGODB_URIS = [embedded.start_one(root=other_root, name="mongo"), alone]
        get_database()["things"].insert_one({"_id": "other"})
    finally:
        embedded.stop(root=other_root)
    # The call under way fails; the next one goes elsewhere.
    with contextlib.suppress(ConnectionFailure):
        get_database()["things"].find_one()

    assert get_database()["things"].find_one({"_id": "other"}) is None


def test_only_address_dead_fails_in_time_and_is_translated(settings: Settings) -> None:
    settings.MONGODB_URIS = [DEAD_URL]
    started = time.monotonic()

    with pytest.raises(StoreUnavailable, match="mongo is not reachable"), translate_store_errors(store="mongo"):
        get_database().command("ping")

    assert 1 < time.monotonic() - started < 3


def test_server_that_returns_is_used_again(alone: str, private_root: Path) -> None:
    get_database()["things"].insert_one({"_id": 1})
    embedded.stop_one(root=private_root, name="mongo")
    with pytest.raises(ConnectionFailure):
        get_database()["things"].find_one()

    assert embedded.start_one(root=private_root, name="mongo") == alone

    assert get_database()["things"].find_one() == {"_id": 1}


def test_new_address_is_read_from_the_file(live_url: str, url_file: Path, settings: Settings) -> None:
    settings.MONGODB_URIS, settings.MONGODB_NAME = [DEAD_URL], ""
    settings.STORE_URL_FILES = {"MONGODB_URI": url_file}
    url_file.write_text(DEAD_URL, encoding="utf-8")
    with pytest.raises(ServerSelectionTimeoutError):
        get_database().command("ping")
    url_file.write_text(live_url, encoding="utf-8")

    time.sleep(1.1)

    assert get_database().command("ping")["ok"] == 1


def _use_in_child(results: "multiprocessing.SimpleQueue[int]") -> None:
    results.put(get_database()["things"].count_documents({}))


def test_forked_child_uses_a_client_of_its_own(alone: str) -> None:
    get_database()["things"].insert_one({"_id": 1})
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    child = context.Process(target=_use_in_child, args=(results,))
    child.start()
    child.join(timeout=15)

    assert child.exitcode == 0
    assert results.get() == 1
    assert get_database()["things"].count_documents({}) == 1
