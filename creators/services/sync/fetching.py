"""Read many accounts by one call, where a platform allows it: fifty of YouTube's channels cost one unit."""

from datetime import UTC, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q

from creators.clients.client import CONNECTABLE, PlatformClient, get_client
from creators.clients.errors import PlatformError
from creators.clients.records import AccountReading
from creators.errors import ConnectionDelayed, ConnectionNeedsAttention
from creators.models import SyncPlan
from creators.normalisers.reading import read_text
from creators.services.connections.tokens import get_access_token
from creators.services.sync.quotas import SCHEDULED_SHARE, charge

AHEAD = timedelta(minutes=30)
MOST_AT_ONCE = 500
logger = structlog.get_logger(__name__)


def fetch_accounts(*, now: datetime) -> int:
    """Read the accounts of connections that are due, as many as go into one call; return how many were.

    A call is filled up with those due within half an hour: few are due in any one minute. Only what was read before is
    among them: a first reading asks for its own. Where it fails, each connection asks by itself.
    """
    fetched = 0
    for platform in CONNECTABLE:
        client = get_client(platform)
        if client.many_accounts is None:
            continue
        waiting = _list_waiting(platform, now)
        size = client.many_accounts.at_once
        for start in range(0, len(waiting), size):
            chosen = waiting[start : start + size]
            if chosen[0].next_due_at > now or len(chosen) == 1:
                break
            fetched += _fetch(client, {one.connection.account_id: one.connection_id for one in chosen}, now)
    return fetched


def _list_waiting(platform: str, now: datetime) -> list[SyncPlan]:
    """Return plans due now or soon that have no account at hand, the first due first."""
    plans = SyncPlan.objects.filter(
        connection__platform=platform, next_due_at__lte=now + AHEAD, cursor={}, last_success_at__isnull=False
    )
    rested = plans.filter(Q(backoff_until=None) | Q(backoff_until__lte=now)).select_related("connection")
    return [one for one in rested.order_by("next_due_at")[:MOST_AT_ONCE] if not _is_fresh(one, now)]


def _is_fresh(plan: SyncPlan, now: datetime) -> bool:
    return bool(plan.fetched) and now - datetime.fromisoformat(plan.fetched["at"]) <= AHEAD


def _fetch(client: PlatformClient, accounts: dict[str, int], now: datetime) -> int:
    many = client.many_accounts
    if many is None:
        return 0
    try:
        token = get_access_token(connection_id=next(iter(accounts.values())), now=now)
        charge(platform=client.platform, charges=many.charges, now=now, share=SCHEDULED_SHARE)
        payloads = many.read(token=token, ids=list(accounts), now=now)
    except (PlatformError, ConnectionDelayed, ConnectionNeedsAttention) as failure:
        logger.info("accounts_not_fetched", platform=client.platform, error=type(failure).__name__)
        return 0
    found = {read_text(one, "id"): one for one in payloads}
    stamp = now.astimezone(UTC).isoformat()
    with transaction.atomic(durable=True):
        for account_id, payload in found.items():
            if account_id in accounts:
                fetched = {"at": stamp, "payload": payload}
                SyncPlan.objects.filter(connection_id=accounts[account_id]).update(fetched=fetched)
    return len(found)


def take_fetched(*, client: PlatformClient, plan: SyncPlan, now: datetime) -> tuple[AccountReading, datetime] | None:
    """Return what one call read of the account within the last half hour, and when; or None."""
    if client.many_accounts is None or not _is_fresh(plan, now):
        return None
    return client.many_accounts.build(payload=plan.fetched["payload"]), datetime.fromisoformat(plan.fetched["at"])
