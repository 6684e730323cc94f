"""Let language models read closed sessions: claim a row, ask outside of every transaction, keep what can be checked.

The row names the session, so that it is read once; its attempt names the call, so that each call is charged once. The
answer is kept as soon as it is there: a crash after that costs no second call, and a crash before it leaves a claim
that runs out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from creators.models import Creator, Interaction
from memory.enums import SessionState
from memory.errors import ModelCallFailed, ProcessorAnswerInvalid, ProcessorUnavailable
from memory.models import ProcessedSession
from memory.queries.sessions import REACH, DueSession, SessionSearch, list_due_sessions
from memory.services.locks import lock_formation, lock_session
from memory.services.processing import Batch, Processed, SessionProcessor
from memory.services.processing.registry import get_session_processor
from memory.services.signals import copy_signals
from memory.services.sources import build_sources
from veri.platform.events.services import publish_event

SIGNALS_EVENT = "signals.recorded"
MOST = 50  # interactions a call
MOST_MEDIA = 1  # a file may take minutes
SESSIONS = 20  # a run
LEASE = timedelta(minutes=10)
PAUSE = timedelta(minutes=15)  # before what failed is tried again
ATTEMPTS = 3  # with answers that cannot be used
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class SessionRun:
    """Sessions read, given up for now, and signals stored."""

    read: int = 0
    postponed: int = 0
    signals: int = 0


def process_sessions(
    *, processor: str, now: datetime, creator_id: int | None = None, since: datetime | None = None
) -> SessionRun:
    """Read up to 20 sessions with one processor; running it again reads what is new.

    Raises:
        ProcessorUnavailable: it cannot work at all; nothing is claimed.
    """
    reader = get_session_processor(processor)
    claimed = _claim_sessions(reader, creator_id, since or now - REACH, now)
    signals, postponed = 0, 0
    for row in claimed:
        stored = _read_session(reader, row, now)
        postponed += stored is None
        signals += stored or 0
    return SessionRun(read=len(claimed) - postponed, postponed=postponed, signals=signals)


def _claim_sessions(
    reader: SessionProcessor, creator_id: int | None, since: datetime, now: datetime
) -> list[ProcessedSession]:
    """Claim what waits again, then what is new; two workers never get the same."""
    search = SessionSearch(
        processor=reader.name,
        wants_media=reader.wants_media,
        pause=timedelta(0) if reader.wants_media else settings.MEMORY_SESSION_PAUSE,
        most=MOST_MEDIA if reader.wants_media else MOST,
        limit=SESSIONS,
        since=since,
        creator_id=creator_id,
    )
    again = [row for row in _list_waiting(reader, creator_id, now) if _reclaim(row, now)]
    new = [_claim(search, due, now) for due in list_due_sessions(search=search, now=now)] if not again else []
    return again + [row for row in new if row]


def _list_waiting(reader: SessionProcessor, creator_id: int | None, now: datetime) -> list[ProcessedSession]:
    open_states = Q(state__in=[SessionState.RUNNING, SessionState.WAITING])
    waiting = ProcessedSession.objects.filter(open_states, processor=reader.name, lease_until__lte=now)
    mine = waiting.filter(creator_id=creator_id) if creator_id else waiting
    return list(mine.order_by("lease_until", "pk")[:SESSIONS])


@transaction.atomic(durable=True)
def _reclaim(row: ProcessedSession, now: datetime) -> bool:
    """Take a session whose claim ran out; with an answer kept the attempt stays, since nobody is asked again."""
    held = ProcessedSession.objects.filter(pk=row.pk, attempt=row.attempt, lease_until=row.lease_until)
    count = held.update(
        state=SessionState.RUNNING,
        lease_until=now + LEASE,
        attempt=F("attempt") + (0 if row.answer else 1),
    )
    row.refresh_from_db()
    return count == 1


@transaction.atomic(durable=True)
def _claim(search: SessionSearch, due: DueSession, now: datetime) -> ProcessedSession | None:
    """Claim a new session under its lock, as it is now: another worker may have claimed some of it."""
    lock_session(creator_id=due.creator_id, conversation=due.conversation)
    narrowed = SessionSearch(
        **{**vars(search), "creator_id": due.creator_id, "conversation": due.conversation, "limit": 1}
    )
    found = list_due_sessions(search=narrowed, now=now)
    if not found:
        return None
    return ProcessedSession.objects.create(
        creator_id=due.creator_id,
        processor=search.processor,
        conversation=due.conversation,
        last_interaction_id=found[0].interaction_ids[-1],
        interactions=list(found[0].interaction_ids),
        lease_until=now + LEASE,
        recorded_at=now,
    )


def _read_session(reader: SessionProcessor, row: ProcessedSession, now: datetime) -> int | None:
    """Read a claimed session; return the signals stored, or None when it must wait."""
    creator = Creator.objects.get(pk=row.creator_id)
    batch = _build_batch(creator, row)
    if not batch.sources:
        return _store(creator, row, Processed(), reader, now)
    try:
        if not row.answer:
            _let_connection_go()
            _keep_answer(row, reader.ask(batch))
        return _store(creator, row, reader.read(batch, row.answer), reader, now)
    except ProcessorAnswerInvalid as refusal:
        _postpone(row, str(refusal), now, is_final=row.attempt >= ATTEMPTS)
    except (ModelCallFailed, ProcessorUnavailable) as failure:
        _postpone(row, f"{type(failure).__name__}: {failure}", now, is_final=False)
    return None


def _build_batch(creator: Creator, row: ProcessedSession) -> Batch:
    interactions = Interaction.objects.filter(creator=creator, pk__in=row.interactions).order_by("occurred_at", "pk")
    return Batch(
        creator_id=creator.pk,
        handle=creator.handle,
        sources=tuple(build_sources(creator=creator, interactions=interactions)),
        conversation=row.conversation,
        action=f"session:{row.pk}:{row.attempt}",
    )


def _keep_answer(row: ProcessedSession, answer: str) -> None:
    row.answer = answer.replace("\0", "")
    ProcessedSession.objects.filter(pk=row.pk, attempt=row.attempt).update(answer=row.answer)


@transaction.atomic(durable=True)
def _store(
    creator: Creator, row: ProcessedSession, found: Processed, reader: SessionProcessor, now: datetime
) -> int | None:
    """Store signals and the session's end together; the event lets memories form from them.

    None when the claim ran out meanwhile and somebody else has it: nothing is stored then.
    """
    lock_formation(creator_id=creator.pk)
    ended = ProcessedSession.objects.filter(pk=row.pk, attempt=row.attempt, state=SessionState.RUNNING).update(
        state=SessionState.DONE,
        model=reader.model,
        accepted=len(found.signals),
        rejected=dict(found.rejected),
        answer="",
        error="",
    )
    if not ended:
        return None
    existing = _list_existing([pk for pk, _ in found.signals])
    facts = [(pk, fact) for pk, fact in found.signals if pk in existing]
    copy_signals(creator_id=creator.pk, facts=facts, now=now)
    if facts:
        ids = sorted({pk for pk, _ in facts})
        publish_event(
            name=SIGNALS_EVENT, payload={"creator_id": creator.pk, "interaction_ids": ids}, key=str(creator.pk)
        )
    return len(facts)


def _list_existing(ids: Sequence[int]) -> set[int]:
    """Return the interactions that were not removed while a model read them."""
    return set(Interaction.objects.filter(pk__in=ids).values_list("pk", flat=True))


def _postpone(row: ProcessedSession, error: str, now: datetime, *, is_final: bool) -> None:
    logger.warning("session_postponed", session=row.pk, processor=row.processor, reason=error, is_final=is_final)
    ProcessedSession.objects.filter(pk=row.pk, attempt=row.attempt).update(
        state=SessionState.FAILED if is_final else SessionState.WAITING,
        lease_until=now + PAUSE,
        error=error[:500],
        answer="",
    )


def _let_connection_go() -> None:
    """Give the database connection back while a model is awaited."""
    if not connection.in_atomic_block:
        connection.close()
