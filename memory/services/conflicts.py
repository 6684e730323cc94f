"""Decide about contradictions: a person's word, with a reason, that later formations obey."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from memory.enums import ConflictKind, ConflictOutcome, ConflictState
from memory.errors import ConflictAlreadyResolved
from memory.models import MemoryConflict
from memory.services.contradictions import settle_statements
from memory.services.locks import lock_formation
from memory.services.merging import realign_slot
from veri.platform.ops.services.audit import record_audit


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What somebody decided, and why."""

    outcome: ConflictOutcome
    reason: str


@transaction.atomic(durable=True)
def resolve_conflict(*, conflict_id: int, decision: Decision, acting_user: Any, now: datetime) -> MemoryConflict:
    """Resolve an open contradiction and carry the decision out, in one transaction with its audit entry.

    The value not kept stays with its evidence and is marked superseded; with ``BOTH`` nothing else changes. A memory
    formed anew finds the decision again.

    Raises:
        MemoryConflict.DoesNotExist: unknown.
        ConflictAlreadyResolved: somebody was first; nothing is changed.
        ValueError: an outcome that decides nothing.
    """
    if decision.outcome == ConflictOutcome.NONE:
        raise ValueError("a decision names what is kept")
    conflict = MemoryConflict.objects.select_related("creator").get(pk=conflict_id)
    lock_formation(creator_id=conflict.creator_id)
    claimed = MemoryConflict.objects.filter(pk=conflict_id, state=ConflictState.OPEN).update(
        state=ConflictState.RESOLVED,
        outcome=decision.outcome,
        reason=decision.reason,
        resolved_by=acting_user.get_username(),
        resolved_at=now,
    )
    if not claimed:
        raise ConflictAlreadyResolved(conflict_id)
    conflict.refresh_from_db()
    _carry_out(conflict, now)
    record_audit(
        actor=acting_user,
        action="memory.conflict_resolved",
        target=conflict,
        reason=decision.reason,
        before={"state": ConflictState.OPEN.value},
        after={"state": ConflictState.RESOLVED.value, "outcome": decision.outcome.value},
        now=now,
    )
    return conflict


def _carry_out(conflict: MemoryConflict, now: datetime) -> None:
    if conflict.kind == ConflictKind.STATEMENTS:
        settle_statements(conflict=conflict)
    elif conflict.outcome != ConflictOutcome.BOTH:
        realign_slot(creator=conflict.creator, key=(conflict.subject, conflict.predicate), now=now)
