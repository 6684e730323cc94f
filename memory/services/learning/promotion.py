"""Which weights are in force: proposed, tried, promoted or refused, retired. One lock orders every change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from memory.enums import WeightsState
from memory.models import RetrievalWeights
from memory.queries.ranking_weights import CONSTANTS, RankingWeights, build_weights, describe_weights
from memory.services.locks import lock_weights
from veri.platform.ops.services.audit import record_audit


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Weights for a creator, or for everybody where it is None, and what they were learnt from.

    ``replaces`` is the version that was in force when they were tried.
    """

    creator_id: int | None
    weights: RankingWeights
    counts: Mapping[str, Any]
    replaces: int


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Recall of stored questions before and with a proposal, 0 to 1, and how many questions there were."""

    questions: int
    before: float | None
    after: float | None


def find_in_force(*, creator_id: int | None) -> RankingWeights:
    """Return the weights in force, read afresh: a creator's own, else everybody's, else the constants."""
    rows = RetrievalWeights.objects.filter(state=WeightsState.PROMOTED)
    owners: list[dict[str, Any]] = [{"creator": creator_id}] if creator_id else []
    for owner in [*owners, {"creator__isnull": True}]:
        if (row := rows.filter(**owner).first()) is not None:
            return build_weights(gains=row.gains, version=row.pk)
    return CONSTANTS


def was_refused(*, proposal: Proposal) -> bool:
    """Return whether the latest decision was to refuse exactly this, learnt from the same."""
    owner = {"creator": proposal.creator_id} if proposal.creator_id else {"creator__isnull": True}
    last = RetrievalWeights.objects.filter(**owner).order_by("-pk").first()
    return (
        last is not None
        and last.state == WeightsState.REFUSED
        and last.gains == describe_weights(proposal.weights)
        and last.counts == dict(proposal.counts)
    )


@transaction.atomic(durable=True)
def decide_proposal(*, proposal: Proposal, trial: Trial, reason: str, now: datetime) -> RetrievalWeights:
    """Keep a proposal, and put it in force unless there is a ``reason`` against it.

    Weights that changed since the trial are a reason too.
    """
    lock_weights()
    if not reason and find_in_force(creator_id=proposal.creator_id).version != proposal.replaces:
        reason = "Other weights were put in force meanwhile."
    if not reason:
        owner = {"creator": proposal.creator_id} if proposal.creator_id else {"creator__isnull": True}
        for row in RetrievalWeights.objects.filter(state=WeightsState.PROMOTED, **owner):
            _retire(row, reason="Replaced by what was learnt later.", now=now)
    return RetrievalWeights.objects.create(
        creator_id=proposal.creator_id,
        state=WeightsState.REFUSED if reason else WeightsState.PROMOTED,
        gains=describe_weights(proposal.weights),
        counts=dict(proposal.counts),
        measures={"questions": trial.questions, "before": trial.before, "after": trial.after},
        reason=reason,
        revision=None if reason else _next_revision(),
        proposed_at=now,
        decided_at=now,
    )


@transaction.atomic(durable=True)
def retire_weights(*, weights_id: int, acting_user: Any, reason: str, now: datetime) -> bool:
    """Take weights out of force, so that those of everybody or the constants hold; return whether they were in force.

    Raises:
        RetrievalWeights.DoesNotExist: unknown.
    """
    lock_weights()
    row = RetrievalWeights.objects.select_for_update().get(pk=weights_id)
    if row.state != WeightsState.PROMOTED:
        return False
    _retire(row, reason=reason, now=now)
    record_audit(
        actor=acting_user,
        action="memory.weights_retired",
        target=row,
        reason=reason,
        before={"state": WeightsState.PROMOTED.value},
        after={"state": WeightsState.RETIRED.value},
        now=now,
    )
    return True


def _retire(row: RetrievalWeights, *, reason: str, now: datetime) -> None:
    row.state, row.reason, row.decided_at, row.revision = WeightsState.RETIRED, reason, now, _next_revision()
    row.save(update_fields=["state", "reason", "decided_at", "revision"])


def _next_revision() -> int:
    """Return the next number of a change; under the lock, so that numbers become visible in their order."""
    return int(RetrievalWeights.objects.aggregate(latest=Max("revision"))["latest"] or 0) + 1
