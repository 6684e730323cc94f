"""The choice of a MongoDB server, and its reconsideration after trouble."""

import threading
import time
from typing import Any

from django.conf import settings
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.monitoring import (
    ConnectionCheckOutFailedEvent,
    ConnectionPoolListener,
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
)
from pymongo.uri_parser import parse_uri

from veri.platform.connections.credentials import get_url_file, get_urls, refresh_urls

DEFAULT_NAME = "veri"
# Between two rounds in which no address answered.
PATIENCE_SECONDS = 1.0

Client = MongoClient[dict[str, Any]]


class MongoConnector:
    """Holds one client; safe for threads, made anew in each process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trouble = threading.Event()
        self._client: Client | None = None
        self._retired: Client | None = None
        self._url = ""
        self._not_before = 0.0

    def get_database(self) -> Database[dict[str, Any]]:
        """Return the database at the address in use, reconsidering the address after trouble."""
        with self._lock:
            urls = get_urls(name="MONGODB_URI")
            if self._client is None or self._url not in urls:
                self._adopt(urls[0], self._open(urls[0]))
                self._trouble.set()
            if self._trouble.is_set() and time.monotonic() >= self._not_before:
                self._reconsider(urls)
            return self._get_database()

    def close(self) -> None:
        """Close the clients."""
        for client in (self._client, self._retired):
            if client is not None:
                client.close()
        self._client = self._retired = None

    def _reconsider(self, urls: tuple[str, ...]) -> None:
        """Move to the first address that answers, the present one first; stay when none does."""
        if len(urls) == 1 and get_url_file(name="MONGODB_URI") is None:
            # Nothing to choose from: the driver reconnects by itself.
            self._trouble.clear()
            return
        candidates = [self._url, *(url for url in urls if url != self._url)]
        if self._move_to_answering(candidates):
            return
        fresh = refresh_urls(name="MONGODB_URI")
        if fresh == urls or not self._move_to_answering(list(fresh)):
            self._not_before = time.monotonic() + PATIENCE_SECONDS

    def _move_to_answering(self, urls: list[str]) -> bool:
        for url in urls:
            client = self._client if url == self._url and self._client is not None else self._open(url)
            # Cleared before the question: trouble reported while we ask must not get lost.
            self._trouble.clear()
            if _is_answering(client):
                self._adopt(url, client)
                return True
            self._trouble.set()
            if client is not self._client:
                client.close()
        return False

    def _adopt(self, url: str, client: Client) -> None:
        """Use this client; the one before stays open for those still reading from it, the one before that closes."""
        self._url = url
        if client is self._client:
            return
        if self._retired is not None:
            self._retired.close()
        self._retired, self._client = self._client, client

    def _open(self, url: str) -> Client:
        return MongoClient(url, event_listeners=_build_listeners(self._trouble), **_build_options(url))

    def _get_database(self) -> Database[dict[str, Any]]:
        if self._client is None:
            raise RuntimeError("the MongoDB client was closed while it was asked for")
        return self._client[settings.MONGODB_NAME or parse_uri(self._url, warn=False)["database"] or DEFAULT_NAME]


def _is_answering(client: Client) -> bool:
    try:
        client.admin.command("ping")
    except OperationFailure as failure:
        # It is there and reads our commands; only a refused sign-in makes it useless.
        return failure.code not in {13, 18}
    except PyMongoError:
        return False
    return True


def _build_options(url: str) -> dict[str, Any]:
    timeouts = settings.STORE_TIMEOUTS
    connect_ms = int(timeouts.get("connect", 1.5) * 1000)
    options: dict[str, Any] = {
        "appname": "veri",
        "serverSelectionTimeoutMS": connect_ms,
        "connectTimeoutMS": connect_ms,
        "socketTimeoutMS": int(timeouts.get("read", 5.0) * 1000),
        "retryWrites": False,
        "tz_aware": True,
        "uuidRepresentation": "standard",
    }
    # A lone server knows no majority; the embedded one may refuse the question.
    return options | {"w": "majority"} if "replicaSet=" in url or url.startswith("mongodb+srv://") else options


def _build_listeners(trouble: threading.Event) -> list[Any]:
    return [_HeartbeatListener(trouble), _CheckOutListener(trouble)]


class _HeartbeatListener(ServerHeartbeatListener):
    """Reports servers lost; the driver checks at once after a network error."""

    def __init__(self, trouble: threading.Event) -> None:
        self._trouble = trouble

    def started(self, event: object) -> None:
        """Nothing to note."""

    def succeeded(self, event: object) -> None:
        """Nothing to note."""

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        """Note the trouble."""
        self._trouble.set()


class _CheckOutListener(ConnectionPoolListener):
    """Reports connections that could not be made, a refused sign-in among them."""

    def __init__(self, trouble: threading.Event) -> None:
        self._trouble = trouble

    def connection_check_out_failed(self, event: ConnectionCheckOutFailedEvent) -> None:
        """Note the trouble."""
        self._trouble.set()

    def pool_created(self, event: object) -> None:
        """Nothing to note."""

    pool_ready = pool_cleared = pool_closed = pool_created
    connection_created = connection_ready = connection_closed = pool_created
    connection_check_out_started = connection_checked_out = connection_checked_in = pool_created
