"""Take requests to forget, and carry them out step by step until nothing is found any more."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, Q
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from creators.models import Interaction
from memory.enums import ForgetScope, ForgetState
from memory.errors import NothingToForget
from memory.models import ForgetRequest, Memory, MemoryEvidence
from memory.services.forgetting.derived import clear_lists, clear_reviews, redact_answers, suppress_said
from memory.services.forgetting.sources import clear_caches, clear_engine, realign, remove_sources
from memory.services.forgetting.sweep import count_left
from veri.platform.connections.errors import StoreUnavailable
from veri.platform.ops.services.audit import record_audit

Step = Callable[[ForgetRequest, datetime], int]
LEASE = timedelta(minutes=5)
PAUSE = timedelta(minutes=1)
SETTLING = timedelta(minutes=2)  # after which nothing that had read the words before can still write them
STEPS: tuple[tuple[str, Step], ...] = (
    ("suppressed", suppress_said),
    ("answers", redact_answers),
    ("reviews", clear_reviews),
    ("lists", clear_lists),
    ("sources", remove_sources),
    ("realigned", realign),
    ("engine", clear_engine),
    ("caches", clear_caches),
)
# What may have been written by who had read the words before they were removed is looked for again.
SWEPT: tuple[Step, ...] = (redact_answers, remove_sources, realign, clear_engine, clear_caches)
logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class ForgetWish:
    """What somebody wants forgotten of one creator: all that is named, together. Nothing named is nothing."""

    scope: ForgetScope
    memory_ids: Sequence[int] = ()
    interaction_ids: Sequence[int] = ()
    subject: str = ""
    brand: str = ""


def request_forgetting(*, creator_id: int, wish: ForgetWish, actor: Any, reason: str, now: datetime) -> ForgetRequest:
    """Write down what is to be forgotten, by ids; ``process_forget_request`` carries it out.

    With the evidence, the interactions every chosen memory rests on are emptied too, and with them goes whatever else
    rests on them alone.

    Raises:
        NothingToForget: nothing of this creator's is named; nothing is written.
    """
    with transaction.atomic(durable=True):
        memory_ids = _find_memories(creator_id, wish)
        chosen = Interaction.objects.filter(creator_id=creator_id, pk__in=list(wish.interaction_ids))
        interactions = set(chosen.values_list("pk", flat=True))
        if wish.scope == ForgetScope.EVIDENCE:
            rested = MemoryEvidence.objects.filter(memory__in=memory_ids)
            interactions.update(rested.values_list("interaction_id", flat=True))
        if not (memory_ids or interactions):
            raise NothingToForget
        label = str(actor.get_username() if hasattr(actor, "get_username") else actor)
        request = ForgetRequest.objects.create(
            creator_id=creator_id,
            scope=wish.scope,
            memory_ids=sorted({*memory_ids, *_find_resting(interactions)}),
            interaction_ids=sorted(interactions),
            due_at=now,
            requested_by=label[:150],
            requested_at=now,
        )
        counts = {"memories": len(request.memory_ids), "interactions": len(interactions)}
        record_audit(
            actor=actor, action="memory.forget_requested", target=request, reason=reason, after=counts, now=now
        )
        transaction.on_commit(lambda: _enqueue(request.pk))
    return request


def _find_memories(creator_id: int, wish: ForgetWish) -> list[int]:
    named = Q(pk__in=list(wish.memory_ids))
    if wish.subject:
        named |= Q(subject__iexact=wish.subject)
    if wish.brand:
        named |= Q(subject__iexact=wish.brand) | Q(value__iexact=wish.brand) | Q(predicate__iendswith=f" {wish.brand}")
    return list(Memory.objects.filter(named, creator_id=creator_id).order_by("pk").values_list("pk", flat=True))


def _find_resting(interaction_ids: set[int]) -> set[int]:
    """Return the memories that rest on nothing but these interactions."""
    resting = MemoryEvidence.objects.filter(interaction__in=interaction_ids).values("memory")
    others = MemoryEvidence.objects.exclude(interaction__in=interaction_ids).filter(memory__in=resting).values("memory")
    return set(Memory.objects.filter(pk__in=resting).exclude(pk__in=others).values_list("pk", flat=True))


def process_due_requests(*, now: datetime, limit: int = 20) -> int:
    """Go on with the requests that are due; return how many were done with."""
    due = ForgetRequest.objects.exclude(state=ForgetState.DONE).filter(due_at__lte=now).order_by("due_at", "pk")
    keys = list(due.values_list("pk", flat=True)[:limit])
    return sum(process_forget_request(request_id=pk, now=now) == ForgetState.DONE for pk in keys)


def process_forget_request(*, request_id: int, now: datetime) -> ForgetState | None:
    """Take the steps that are left; return the state, or None when nothing is due or somebody else is at it.

    A store that is away lets the request wait. It is done when, two minutes after the sources went, a sweep finds
    nothing in PostgreSQL and MongoDB.
    """
    request = _claim(request_id, now)
    if request is None:
        return None
    try:
        for name, step in STEPS:
            if name not in request.steps:
                _note(request, name, step(request, now), now)
        return _sweep(request, now)
    except (PyMongoError, RedisError, StoreUnavailable) as failure:
        logger.warning("forgetting_waits", request=request.pk, error=type(failure).__name__)
        return _wait(request, f"A store is away: {type(failure).__name__}.", now + PAUSE)


def retry_forget_request(*, request_id: int, actor: Any, reason: str, now: datetime) -> bool:
    """Make a request that waits due at once; return whether it was waiting."""
    with transaction.atomic(durable=True):
        waiting = ForgetRequest.objects.filter(pk=request_id).exclude(state=ForgetState.DONE)
        if not waiting.update(due_at=now):
            return False
        request = waiting.get()
        record_audit(actor=actor, action="memory.forget_retried", target=request, reason=reason, now=now)
        transaction.on_commit(lambda: _enqueue(request_id))
    return True


def _enqueue(request_id: int) -> None:
    from memory.tasks import process_forget_request_task  # tasks stand above the services they call

    try:
        process_forget_request_task.apply_async(kwargs={"request_id": request_id}, retry=False)
    except Exception as failure:  # noqa: BLE001  the broker is away: the sweep takes it within a minute
        logger.warning("forgetting_not_enqueued", request=request_id, error=type(failure).__name__)


@transaction.atomic(durable=True)
def _claim(request_id: int, now: datetime) -> ForgetRequest | None:
    held = ForgetRequest.objects.exclude(state=ForgetState.DONE).filter(pk=request_id, due_at__lte=now)
    if not held.update(due_at=now + LEASE, attempts=F("attempts") + 1):
        return None
    return ForgetRequest.objects.get(pk=request_id)


def _note(request: ForgetRequest, name: str, count: int, now: datetime) -> None:
    request.steps = {**request.steps, name: count}
    if name == "sources":
        request.removed_at = now
    request.save(update_fields=["steps", "removed_at"])


def _wait(request: ForgetRequest, reason: str, due_at: datetime) -> ForgetState:
    request.state, request.waits_for, request.due_at = ForgetState.WAITING, reason[:200], due_at
    request.save(update_fields=["state", "waits_for", "due_at"])
    return ForgetState.WAITING


def _sweep(request: ForgetRequest, now: datetime) -> ForgetState:
    settled_at = (request.removed_at or now) + SETTLING
    if now < settled_at:
        return _wait(request, "Looks again for what was under way.", settled_at)
    for step in SWEPT:
        step(request, now)
    if left := count_left(request):
        return _wait(request, f"{left} rows or documents are still to be emptied.", now + PAUSE)
    with transaction.atomic(durable=True):
        request.state, request.waits_for, request.finished_at = ForgetState.DONE, "", now
        request.save(update_fields=["state", "waits_for", "finished_at"])
        record_audit(
            actor=request.requested_by, action="memory.forgotten", target=request, after=request.steps, now=now
        )
    return ForgetState.DONE
