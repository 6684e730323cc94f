"""Addresses of the connect flow: ours, and those people may return to."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings

from creators.errors import PlatformNotConfigured, ReturnAddressRefused
from creators.models import ConnectTicket

LONGEST_RETURN = 500
# The API's word for X's credentials is the older name.
CREDENTIALS = {"x": "twitter"}


def check_configured(*, platform: str) -> None:
    """Refuse a platform Veri cannot speak to.

    Raises:
        PlatformNotConfigured: no credentials, or no address of our own.
    """
    key, secret = settings.PLATFORM_CREDENTIALS[CREDENTIALS.get(platform, platform)]
    if not (key and secret and settings.PUBLIC_URL):
        raise PlatformNotConfigured("Connecting accounts of this platform is not set up here.")


def build_callback_address(platform: str) -> str:
    return f"{settings.PUBLIC_URL}/connect/{platform}/callback"


def build_ticket_address(address: str) -> str:
    return f"{settings.PUBLIC_URL}/connect/{address}"


def check_return_address(address: str) -> None:
    """Compare origin and path with ``CONNECT_RETURN_URLS``: the same origin, the same path or one below it.

    Raises:
        ReturnAddressRefused: none of them fits, or the address is written so that browsers may read it otherwise.
    """
    is_plain = address.isascii() and address.isprintable() and not set(address) & set("\\ ")
    if len(address) > LONGEST_RETURN or not is_plain or not any(_fits(address, one) for one in _list_allowed()):
        raise ReturnAddressRefused("This address is not one people may return to.")


def _list_allowed() -> list[str]:
    found: list[str] = settings.CONNECT_RETURN_URLS
    return found


def _fits(address: str, allowed: str) -> bool:
    try:
        given, known = urlsplit(address), urlsplit(allowed)
    except ValueError:
        return False
    if (given.scheme, given.netloc) != (known.scheme, known.netloc) or given.fragment:
        return False
    if "/../" in f"{given.path}/" or "/./" in f"{given.path}/" or "%2e" in given.path.lower():
        return False
    folder = known.path.rstrip("/")
    return given.path.rstrip("/") == folder or given.path.startswith(f"{folder}/")


def build_return_address(ticket: ConnectTicket) -> str:
    """Return where the browser goes in the end: what was asked for, with ``connection`` and ``status``."""
    parts = urlsplit(ticket.return_to)
    told = {"platform": ticket.platform, "status": ticket.outcome}
    if ticket.connection_id:
        told["connection"] = str(ticket.connection_id)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in told]
    return urlunsplit(parts._replace(query=urlencode([*kept, *told.items()])))
