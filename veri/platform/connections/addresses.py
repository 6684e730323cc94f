"""Addresses of stores as written in variables and secret files."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit


def split_addresses(text: str) -> list[str]:
    """Return the failover list written in `text`, addresses separated by commas.

    A part without a scheme is another host of the address before it (`mongodb://a,b/veri` is one address).
    """
    found: list[str] = []
    for part in (piece.strip() for piece in text.split(",")):
        if not part:
            continue
        if "://" in part or not found:
            found.append(part)
        else:
            found[-1] += f",{part}"
    return found


@dataclass(frozen=True, kw_only=True)
class PostgresAddress:
    """One PostgreSQL address; hosts and ports in libpq's comma-separated form."""

    user: str
    password: str = field(repr=False)
    hosts: tuple[str, ...]
    ports: tuple[str, ...]
    database: str
    options: dict[str, str]


def parse_postgres_address(url: str) -> PostgresAddress:
    """Return the parts of `postgres://user:password@host:port,host:port/database?option=value`."""
    parts = urlsplit(url)
    login, _, places = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    pairs = [_split_place(place) for place in places.split(",")]
    return PostgresAddress(
        user=unquote(user),
        password=unquote(password),
        hosts=tuple(host for host, _ in pairs),
        ports=tuple(port for _, port in pairs),
        database=unquote(parts.path.lstrip("/")),
        options=dict(parse_qsl(parts.query)),
    )


def _split_place(place: str) -> tuple[str, str]:
    """Return host and port; brackets mark an IPv6 host."""
    if place.startswith("["):
        host, _, rest = place[1:].partition("]")
        return host, rest.lstrip(":") or "5432"
    host, _, port = place.partition(":")
    return unquote(host), port or "5432"
