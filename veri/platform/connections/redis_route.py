"""Redis connections that try one address after another."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from redis.connection import Connection, SSLConnection, UnixDomainSocketConnection, parse_url
from redis.exceptions import AuthenticationError, RedisError

from veri.platform.connections.credentials import refresh_urls

TARGET_OPTIONS = ("host", "port", "db", "username", "password")


@dataclass(kw_only=True)
class RedisRoute:
    """The addresses of one client, best first; shared by its connections."""

    targets: list[dict[str, Any]] = field(repr=False)
    connection_class: type[Connection]
    extra_options: dict[str, Any]

    def prefer(self, *, target: dict[str, Any]) -> None:
        """Try this target first from now on."""
        if self.targets[0] is not target:
            self.targets = [target, *(other for other in self.targets if other is not target)]

    def refresh(self) -> bool:
        """Read the secret file again and tell whether it changed anything."""
        targets = build_route(urls=refresh_urls(name="REDIS_URL")).targets
        changed = not all(target in self.targets for target in targets)
        self.targets = targets if changed else self.targets
        return changed


def build_route(*, urls: tuple[str, ...]) -> RedisRoute:
    """Return the route along a failover list.

    Raises:
        ImproperlyConfigured: the list is empty or mixes TLS, plain and socket addresses.
    """
    parse: Callable[[str], dict[str, Any]] = parse_url
    parsed = [parse(url) for url in urls]
    classes = {options.pop("connection_class", Connection) for options in parsed}
    if len(classes) != 1 or (UnixDomainSocketConnection in classes):
        raise ImproperlyConfigured("REDIS_URL must hold redis:// or rediss:// addresses of one kind")
    targets = [{key: options.pop(key, None) for key in TARGET_OPTIONS} for options in parsed]
    return RedisRoute(targets=targets, connection_class=classes.pop(), extra_options=parsed[0])


def build_connection_class(*, route: RedisRoute) -> type[Connection]:
    """Return a connection class bound to the route: what a pool instantiates."""
    kind = RoutedSSLConnection if issubclass(route.connection_class, SSLConnection) else RoutedConnection
    return type(kind.__name__, (kind,), {"route": route})


class RoutedConnection(Connection):
    """Connects to the first target that answers."""

    route: RedisRoute

    def connect_check_health(self, **options: bool) -> None:  # type: ignore[override]  # called by keyword throughout
        """Connect and sign in; when refused, once more with what the secret file says now."""
        try:
            super().connect_check_health(**options)
        except AuthenticationError:
            if not self.route.refresh():
                raise
            super().connect_check_health(**options)

    def _connect(self) -> socket.socket:
        connect: Callable[[], socket.socket] = super()._connect
        failure: Exception | None = None
        for target in list(self.route.targets):
            self._aim(target)
            try:
                connected = connect()
            except (OSError, RedisError) as error:
                failure = failure or error
                continue
            self.route.prefer(target=target)
            return connected
        raise failure or OSError("no address to connect to")

    def _aim(self, target: dict[str, Any]) -> None:
        self.host, self.port = target["host"] or "localhost", int(target["port"] or 6379)
        self.db = target["db"] or 0
        self.username, self.password = target["username"], target["password"]


class RoutedSSLConnection(RoutedConnection, SSLConnection):
    """The same over TLS."""
