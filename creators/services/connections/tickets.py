"""The ticket of one attempt to connect: made for an API client, opened once in a browser, claimed by the answer."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.db import transaction

from creators.clients.client import get_client
from creators.errors import TicketRefused
from creators.models import ConnectTicket, Creator, User
from creators.services.connections.addresses import (
    build_callback_address,
    build_ticket_address,
    check_configured,
    check_return_address,
)

LIFETIME = timedelta(minutes=10)
KEEP = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Started:
    """The one-time address for the browser."""

    address: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Where the browser goes next, and the word that proves later that it is the same browser."""

    address: str
    browser: str


def start_connection(*, creator: Creator, platform: str, return_to: str, acting_user: User, now: datetime) -> Started:
    """Make a one-time address that connects an account of a platform to a creator; it holds for ten minutes.

    Raises:
        PlatformNotConfigured: there are no credentials for the platform.
        ReturnAddressRefused: ``return_to`` is not allowed.
    """
    check_configured(platform=platform)
    check_return_address(return_to)
    address = secrets.token_urlsafe(32)
    with transaction.atomic(durable=True):
        ticket = ConnectTicket.objects.create(
            creator=creator,
            platform=platform,
            asked_by=acting_user,
            return_to=return_to,
            address_hash=hash_word(address),
            created_at=now,
            expires_at=now + LIFETIME,
        )
    return Started(address=build_ticket_address(address), expires_at=ticket.expires_at)


def open_ticket(*, address: str, now: datetime) -> Opened:
    """Open a ticket, once, and return where the platform asks for consent; state and verifier are kept in it.

    Raises:
        TicketRefused: unknown, used or too old.
        PlatformNotConfigured: the credentials were taken away meanwhile.
    """
    ticket = ConnectTicket.objects.filter(address_hash=hash_word(address)).first()
    if ticket is None:
        raise TicketRefused(reason="unknown_link")
    if ticket.expires_at <= now:
        raise TicketRefused(reason="expired")
    check_configured(platform=ticket.platform)
    session: dict[str, Any] = {}
    backend = get_client(ticket.platform).backend.build(
        session=session, redirect_uri=build_callback_address(ticket.platform)
    )
    target, browser = backend.start_address(), secrets.token_urlsafe(32)
    (state,) = parse_qs(urlsplit(target).query)["state"]
    with transaction.atomic(durable=True):
        is_ours = ConnectTicket.objects.filter(pk=ticket.pk, opened_at=None).update(
            opened_at=now,
            state_hash=hash_word(state),
            browser_hash=hash_word(browser),
            session=json.dumps(session),
        )
    if not is_ours:
        raise TicketRefused(reason="used_link")
    return Opened(address=target, browser=browser)


def claim_ticket(*, platform: str, params: Mapping[str, str], browser: str, now: datetime) -> ConnectTicket:
    """Take the ticket a platform's answer belongs to; two answers cannot both have it.

    Raises:
        TicketRefused: no state, an unknown or used one, too late, or another browser.
    """
    state = params.get("state", "")
    if not state:
        raise TicketRefused(reason="state_missing")
    ticket = ConnectTicket.objects.filter(platform=platform, state_hash=hash_word(state)).first()
    if ticket is None:
        raise TicketRefused(reason="state_unknown")
    if not hmac.compare_digest(ticket.browser_hash, hash_word(browser)):
        raise TicketRefused(reason="other_browser")
    if ticket.finished_at is None and ticket.expires_at <= now:
        raise TicketRefused(reason="expired")
    with transaction.atomic(durable=True):
        is_ours = ConnectTicket.objects.filter(pk=ticket.pk, finished_at=None).update(finished_at=now, session="")
    if not is_ours:
        raise TicketRefused(reason="state_used")
    ticket.finished_at = now
    return ticket


@transaction.atomic(durable=True)
def remove_old_tickets(*, now: datetime) -> int:
    """Delete tickets a week after they ended; a late answer is unknown then, as it should be."""
    deleted, _ = ConnectTicket.objects.filter(expires_at__lt=now - KEEP).delete()
    return deleted


def hash_word(word: str) -> str:
    """Return by what a secret word is found again without being kept."""
    return hashlib.sha256(word.encode(errors="backslashreplace")).hexdigest()
