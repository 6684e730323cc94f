"""Who is calling: the client's address, as far as the configured proxies can be believed."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104  stands for "no address", as behind a Unix socket; nothing binds to it


def get_client_ip(request: HttpRequest) -> str:
    """Return the client's address.

    ``X-Forwarded-For`` counts only for ``TRUSTED_PROXIES`` hops from the right: what stands further left is the
    client's own claim.
    """
    hops: int = settings.TRUSTED_PROXIES
    forwarded: list[str] = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    if hops and len(forwarded) >= hops and _is_address(forwarded[-hops]):
        return forwarded[-hops]
    peer = str(request.META.get("REMOTE_ADDR", ""))
    return peer if _is_address(peer) else UNKNOWN_ADDRESS


def get_client_network(request: HttpRequest) -> str:
    """Return what a rate limit counts by: an IPv4 address, or the /64 an IPv6 client can roam in."""
    address = get_client_ip(request)
    if ":" in address and _is_address(address):
        return str(ipaddress.ip_network(f"{address.split('%')[0]}/64", strict=False).network_address)
    return address


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
