"""The end of a connect flow: trade the code, ask whose account it is, keep the tokens."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from django.db import transaction

from creators.clients.client import get_client
from creators.clients.errors import PlatformError
from creators.clients.records import AccountReading, TokenGrant
from creators.enums import ConnectionState, ConnectOutcome, ConsentState
from creators.models import ConnectTicket, Creator, PlatformConnection
from creators.services.connections.addresses import build_callback_address, build_return_address
from creators.services.connections.announcing import announce_connection
from creators.services.connections.grants import find_missing, keep_grant, list_granted
from creators.services.connections.tickets import claim_ticket
from creators.services.locks import lock_account
from creators.services.sync.plans import plan_at_once
from creators.services.sync.quotas import add_spent
from veri.platform.ops.services.audit import record_audit
from veri.platform.secrets.keys import SecretUnreadable

if TYPE_CHECKING:
    from creators.clients.client import PlatformClient

_CANCELLED = frozenset({"access_denied", "user_cancelled_authorize", "user_denied"})
logger = structlog.get_logger(__name__)


def complete_connection(*, platform: str, params: Mapping[str, str], browser: str, now: datetime) -> str:
    """Finish a connect flow with a platform's answer, and return the address the browser goes back to.

    That address tells the outcome in one word. Publishes ``connection.changed``; see ``announce_connection``.

    Raises:
        TicketRefused: the answer belongs to no open request of this browser; nothing happened.
    """
    ticket = claim_ticket(platform=platform, params=params, browser=browser, now=now)
    outcome, connection = _finish(ticket, params, now)
    with transaction.atomic(durable=True):
        ConnectTicket.objects.filter(pk=ticket.pk).update(outcome=outcome, connection=connection)
    ticket.outcome, ticket.connection = outcome, connection
    logger.info("connect_finished", platform=platform, outcome=outcome, creator=ticket.creator_id)
    return build_return_address(ticket)


def _finish(
    ticket: ConnectTicket, params: Mapping[str, str], now: datetime
) -> tuple[ConnectOutcome, PlatformConnection | None]:
    error = params.get("error", "")
    if error or not params.get("code"):
        return (ConnectOutcome.CANCELLED if error in _CANCELLED else ConnectOutcome.FAILED), None
    from social_core.exceptions import SocialAuthBaseException  # loads with the client

    client = get_client(ticket.platform)
    try:
        grant = _exchange(client, ticket, params)
        account = client.read_account(token=grant.access, now=now)
        for one in client.account_charges:
            add_spent(platform=ticket.platform, bucket=one.bucket, amount=one.amount, now=now)
    except PlatformError as failure:
        logger.warning("connect_failed", platform=ticket.platform, code=failure.code, detail=failure.detail)
        return ConnectOutcome.FAILED, None
    except (SocialAuthBaseException, SecretUnreadable) as failure:  # the flow's own notes do not fit
        logger.warning("connect_failed", platform=ticket.platform, code=type(failure).__name__)
        return ConnectOutcome.FAILED, None
    outcome, connection = _store(client, ticket, grant, account, now)
    if connection is None:
        _give_back(client, grant)
    return outcome, connection


def _exchange(client: "PlatformClient", ticket: ConnectTicket, params: Mapping[str, str]) -> TokenGrant:
    backend = client.backend.build(
        session=json.loads(ticket.session.reveal()),
        data=params,
        redirect_uri=build_callback_address(ticket.platform),
    )
    return backend.exchange()


def _give_back(client: "PlatformClient", grant: TokenGrant) -> None:
    """End a grant nobody may use; one the platform keeps runs out by itself."""
    try:
        client.backend.build().revoke(grant.refresh or grant.access)
    except PlatformError as failure:
        logger.warning("grant_not_given_back", platform=client.platform, code=failure.code)


@transaction.atomic(durable=True)
def _store(
    client: "PlatformClient", ticket: ConnectTicket, grant: TokenGrant, account: AccountReading, now: datetime
) -> tuple[ConnectOutcome, PlatformConnection | None]:
    """Keep the connection and its tokens, unless the account is another creator's: it never moves by itself."""
    lock_account(platform=ticket.platform, account_id=account.account_id)
    creator = Creator.objects.get(pk=ticket.creator_id)
    known = PlatformConnection.objects.filter(platform=ticket.platform, account_id=account.account_id).first()
    if not creator.is_active or creator.consent_state == ConsentState.WITHDRAWN:
        return ConnectOutcome.FAILED, None
    if known and known.creator_id != creator.pk:
        return ConnectOutcome.TAKEN, None
    connection = known or PlatformConnection(
        creator=creator, platform=ticket.platform, account_id=account.account_id, created_at=now
    )
    before = known.state if known else None
    granted = list_granted(client, grant)
    connection.account_name = account.name[:200]
    connection.union_id = account.union_id[:128]
    connection.scopes, connection.missing_scopes = granted, find_missing(client, granted)
    is_usable = client.required <= set(granted)
    connection.state = ConnectionState.ACTIVE if is_usable else ConnectionState.BROKEN
    connection.state_reason = "" if is_usable else "scopes_missing"
    connection.connected_at = now
    connection.save()
    keep_grant(connection_id=connection.pk, grant=grant, now=now)
    plan_at_once(connection_id=connection.pk, now=now)
    record_audit(
        actor=ticket.asked_by,
        action="connection.connected",
        target=connection,
        before={"state": before},
        after={"state": connection.state, "scopes": granted},
        now=now,
    )
    announce_connection(connection)
    return (ConnectOutcome.SCOPES_MISSING if connection.missing_scopes else ConnectOutcome.OK), connection
