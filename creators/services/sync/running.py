"""Read one connection: the account, what is new, what is known; a page at a time, to go on wherever it stopped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import structlog
from django.db import transaction
from django.db.models import F, Q

from creators.clients.client import PlatformClient, get_client
from creators.clients.errors import PlatformError, QuotaExhausted, RateLimited, ScopeRefused, TokenRejected
from creators.clients.records import AccountReading, Charge
from creators.enums import ConnectionState, ConsentState, SyncKind, SyncState
from creators.errors import ConnectionDelayed, ConnectionNeedsAttention
from creators.models import PlatformConnection, SyncPlan, SyncRun
from creators.services.connections.tokens import get_access_token
from creators.services.sync.choosing import choose_known
from creators.services.sync.fetching import take_fetched
from creators.services.sync.planning import find_interval, find_next_due
from creators.services.sync.quotas import SCHEDULED_SHARE, charge, get_buckets, mark_exhausted
from creators.services.sync.settling import settle_price
from creators.services.sync.storing import keep_account, keep_missing, keep_page
from migration.failpoints import reach

HOLD = timedelta(minutes=5)
MOST_PAGES = 40
LONGEST_RUN = timedelta(minutes=3)  # a task may take four
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=12)
T = TypeVar("T")
Clock = Callable[[], datetime]
logger = structlog.get_logger(__name__)


class HoldLost(Exception):
    """Somebody else reads the connection by now, or it was disconnected: what we know is not ours to store."""


@dataclass
class _Reading:
    """One run under way. ``place`` is the cursor: step, page, and the instant that stamps its snapshots."""

    connection: PlatformConnection
    client: PlatformClient
    plan: SyncPlan
    run: SyncRun
    clock: Clock
    place: dict[str, Any]
    held_until: datetime
    token: str = field(default="", repr=False)

    @property
    def taken_at(self) -> datetime:
        return datetime.fromisoformat(self.place["began"])


def synchronise(*, connection_id: int, clock: Clock) -> SyncRun | None:
    """Read a connection that nobody else reads, and return what became of it; None when it is not ours to read.

    The cursor moves after each page with the rows of it: killed anywhere, the next run goes on there, and nothing is
    there twice. A platform that asks to wait ends the run; its cursor stays.
    """
    reading = _begin(connection_id, clock)
    if reading is None:
        return None
    try:
        is_done = _read_on(reading)
        _finish(reading, is_done=is_done)
    except (RateLimited, QuotaExhausted) as refusal:
        _pause(reading, refusal.code, refusal.retry_at or clock() + FIRST_WAIT)
    except ConnectionDelayed as refusal:
        _pause(reading, refusal.reason, refusal.retry_at)
    except (PlatformError, ConnectionNeedsAttention) as failure:
        _fail(reading, getattr(failure, "code", "reconnect"))
    except HoldLost:
        _close(reading, SyncState.FAILED, "hold_lost")
    return reading.run


def _begin(connection_id: int, clock: Clock) -> _Reading | None:
    now = clock()
    connection = PlatformConnection.objects.select_related("creator").filter(pk=connection_id).first()
    if connection is None or connection.state != ConnectionState.ACTIVE or not _is_open(connection):
        return None
    held_until = now + HOLD
    free = Q(held_until=None) | Q(held_until__lte=now)
    with transaction.atomic(durable=True):
        plans = SyncPlan.objects.filter(connection_id=connection_id)
        if not plans.filter(free, Q(backoff_until=None) | Q(backoff_until__lte=now)).update(held_until=held_until):
            return None
        plan = plans.get()
        # Of a process that was killed: nobody else holds the plan.
        SyncRun.objects.filter(connection=connection, state=SyncState.RUNNING).update(
            state=SyncState.FAILED, error="abandoned", ended_at=now
        )
        run = SyncRun.objects.create(
            connection=connection, platform=connection.platform, kind=_tell_kind(plan), started_at=now
        )
    place = plan.cursor or {"step": "account", "began": now.astimezone(UTC).isoformat()}
    return _Reading(
        connection=connection,
        client=get_client(connection.platform),
        plan=plan,
        run=run,
        clock=clock,
        place=dict(place),
        held_until=held_until,
    )


def _is_open(connection: PlatformConnection) -> bool:
    return connection.creator.is_active and connection.creator.consent_state != ConsentState.WITHDRAWN


def _tell_kind(plan: SyncPlan) -> SyncKind:
    if plan.last_success_at is None:
        return SyncKind.FIRST
    return SyncKind.ASKED if plan.asked_at and plan.asked_at > plan.last_success_at else SyncKind.SCHEDULED


def _read_on(reading: _Reading) -> bool:
    """Take step after step; return False when there is more than one run should read."""
    deadline = reading.run.started_at + LONGEST_RUN
    while reading.place["step"] != "done":
        if reading.run.pages >= MOST_PAGES or reading.clock() >= deadline:
            return False
        try:
            _STEPS[reading.place["step"]](reading)
        except ScopeRefused as refusal:  # this part is not allowed, the others may be
            logger.info("sync_step_refused", connection=reading.connection.pk, step=reading.place["step"])
            reading.run.error = refusal.code
            _move(reading, step=_AFTER[reading.place["step"]], page="")
        reading.run.pages += 1
    return True


def _read_account(reading: _Reading) -> None:
    plan, now = reading.plan, reading.clock()
    fetched = take_fetched(client=reading.client, plan=plan, now=now)
    account, taken_at = fetched or (_ask_for_account(reading, now), reading.taken_at)
    changes: dict[str, Any] = {"fetched": {}}
    has_changed = plan.must_list
    if not account.is_unchanged:
        keep_account(connection=reading.connection, reading=account, taken_at=taken_at, now=now)
        counted = {"items": account.items, "place": account.place}
        has_changed = has_changed or account.items is None or counted != plan.counted
        changes |= {"etag": account.etag, "counted": counted}
    step = "list" if has_changed else "known"
    _move(reading, step=step, page="", changes=changes)


def _ask_for_account(reading: _Reading, now: datetime) -> AccountReading:
    etag = "" if reading.plan.must_list else reading.plan.etag
    charges = reading.client.account_charges
    account = _call(reading, charges, lambda token: reading.client.read_account(token=token, now=now, etag=etag))
    reading.run.micro_dollars += sum(one.amount for one in charges if one.bucket == "dollars")
    return account


def _list_new(reading: _Reading) -> None:
    now, place, plan = reading.clock(), reading.place, reading.plan
    since = plan.known_until
    page = _call(
        reading,
        reading.client.list_charges,
        lambda token: reading.client.list_content(
            token=token,
            account_id=reading.connection.account_id,
            place=plan.counted.get("place", ""),
            cursor=place.get("page", ""),
            since=since,
            now=now,
        ),
    )
    settle_price(
        platform=reading.connection.platform,
        connection=reading.connection,
        reserved=reading.client.list_charges,
        payloads=page.payloads,
        run=reading.run,
        now=now,
    )
    readings = keep_page(connection=reading.connection, page=page, taken_at=reading.taken_at, now=now)
    reading.run.items += len(readings)
    published = [one.facts["published_at"] for one in readings if one.facts.get("published_at")]
    newest = max([*published, *_parse(place.get("newest"))], default=None)
    is_known = bool(since and published and min(published) <= since)
    is_end = not page.next_cursor or is_known or page.next_cursor == place.get("page")
    changes = {"known_until": newest or since, "must_list": False} if is_end else {}
    reach("sync.after_page")
    _move(
        reading,
        step="known" if is_end else "list",
        page="" if is_end else page.next_cursor,
        newest=newest.isoformat() if newest else None,
        changes=changes,
    )


def _parse(value: str | None) -> list[datetime]:
    return [datetime.fromisoformat(value)] if value else []


def _look_up_known(reading: _Reading) -> None:
    """Read the counters of known items again, a batch at a time; which ones is decided once and kept in the cursor."""
    now, connection = reading.clock(), reading.connection
    left = reading.place.get("left")
    if left is None:
        left = choose_known(connection=connection, before=reading.taken_at, now=now)
    batch, rest = left[: reading.client.lookup_size], left[reading.client.lookup_size :]
    if batch:
        charges = reading.client.charge_lookup(len(batch))
        page = _call(reading, charges, lambda token: reading.client.look_up_content(token=token, ids=batch, now=now))
        settle_price(
            platform=connection.platform,
            connection=connection,
            reserved=charges,
            payloads=page.payloads,
            run=reading.run,
            now=now,
        )
        readings = keep_page(connection=connection, page=page, taken_at=reading.taken_at, now=now)
        reading.run.items += len(readings)
        reading.run.removed += keep_missing(connection=connection, page=page, now=now)
    _move(reading, step="known" if rest else "done", page="", left=rest)


_STEPS: dict[str, Callable[[_Reading], None]] = {"account": _read_account, "list": _list_new, "known": _look_up_known}
_AFTER = {"account": "list", "list": "known", "known": "done"}


def _call(reading: _Reading, charges: Sequence[Charge], ask: Callable[[str], T]) -> T:
    """Count a call against the quotas, make it with a good token, and once more with a new one if that is refused."""
    share = 1.0 if reading.run.kind != SyncKind.SCHEDULED else SCHEDULED_SHARE
    platform = reading.connection.platform
    rejected = ""
    for is_last in (False, True):
        reading.token = get_access_token(connection_id=reading.connection.pk, now=reading.clock(), rejected=rejected)
        charge(platform=platform, charges=charges, now=reading.clock(), share=share)
        reading.run.calls += 1
        reading.run.units += sum(one.amount for one in charges if one.bucket != "dollars")
        try:
            return ask(reading.token)
        except TokenRejected:
            if is_last:
                raise
            rejected = reading.token
        except QuotaExhausted:
            mark_exhausted(platform=platform, charges=charges, now=reading.clock())
            raise
    raise AssertionError  # the loop returns or raises


def _move(reading: _Reading, *, step: str, page: str, changes: dict[str, Any] | None = None, **told: Any) -> None:
    """Put the cursor on, if the connection is still ours to read."""
    reading.place = {**reading.place, "step": step, "page": page, **told}
    held_until = reading.clock() + HOLD
    fields = {"cursor": reading.place, "held_until": held_until, **(changes or {})}
    with transaction.atomic(durable=True):
        mine = SyncPlan.objects.filter(connection_id=reading.connection.pk, held_until=reading.held_until)
        if not mine.update(**fields):
            raise HoldLost
    for name, value in fields.items():
        setattr(reading.plan, name, value)
    reading.held_until = held_until


def _finish(reading: _Reading, *, is_done: bool) -> None:
    now, platform = reading.clock(), reading.connection.platform
    if not is_done:
        _close(reading, SyncState.PAUSED, "more_to_read", next_due_at=now)
        return
    peers = PlatformConnection.objects.filter(platform=platform, state=ConnectionState.ACTIVE).count()
    interval = find_interval(platform=platform, connections=peers, buckets=get_buckets())
    due = find_next_due(connection_id=reading.connection.pk, interval=interval, now=now)
    _close(
        reading,
        SyncState.DONE,
        reading.run.error,
        cursor={},
        next_due_at=due,
        failures=0,
        backoff_until=None,
        last_success_at=now,
    )


def _pause(reading: _Reading, reason: str, until: datetime) -> None:
    _close(reading, SyncState.PAUSED, reason, next_due_at=until, backoff_until=until)


def _fail(reading: _Reading, reason: str) -> None:
    """Wait longer after each failure; a reading that began long ago begins anew."""
    now = reading.clock()
    until = now + min(FIRST_WAIT * 2 ** min(reading.plan.failures, 10), LONGEST_WAIT)
    is_old = now - reading.taken_at > timedelta(days=1)
    fields: dict[str, Any] = {"cursor": {}} if is_old else {}
    _close(
        reading,
        SyncState.FAILED,
        reason,
        next_due_at=until,
        backoff_until=until,
        failures=F("failures") + 1,
        **fields,
    )


@transaction.atomic(durable=True)
def _close(reading: _Reading, state: SyncState, reason: str, **plan: Any) -> None:
    SyncPlan.objects.filter(connection_id=reading.connection.pk, held_until=reading.held_until).update(
        held_until=None, **plan
    )
    run = reading.run
    run.state, run.error, run.ended_at = state, reason[:200], reading.clock()
    run.save()
