"""Rows of evaluation runs: who is alive, which throw-away creators are whose, what came of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, Func, Value

from creators.models import Creator
from memory.clients.embeddings import get_space
from memory.enums import EvaluationState
from memory.models import EvaluationRun
from memory.queries.providers import get_active_provider
from memory.queries.ranking_weights import get_ranking_weights, name_parameters
from migration.queries.flags import list_flag_states
from migration.queries.routes import Store

PREFIX = "evaluation-"
LEASE = timedelta(minutes=15)
RENEWED = timedelta(minutes=1)  # at most so often
ROUTED = "routed"
NOBODY = 0  # a creator's id that is nobody's: what is in force for everybody


@dataclass
class RunLease:
    """A run that is under way. ``renew`` tells that it is alive, and is cheap to call often."""

    run: EvaluationRun
    store: Store | None
    clock: Callable[[], datetime]

    def make_creator(self, *, name: str, now: datetime) -> Creator:
        """Make a throw-away creator that the run names in the same transaction."""
        with transaction.atomic(durable=True):
            creator = Creator.objects.create(
                handle=f"{PREFIX}{uuid4().hex[:12]}", display_name=name, created_at=now, updated_at=now
            )
            appended = Func(F("creator_ids"), Value(creator.pk), function="array_append")
            EvaluationRun.objects.filter(pk=self.run.pk).update(creator_ids=appended)
        return creator

    def renew(self) -> None:
        lease_until = self.clock() + LEASE
        if lease_until - self.run.lease_until >= RENEWED:
            EvaluationRun.objects.filter(pk=self.run.pk).update(lease_until=lease_until)
            self.run.lease_until = lease_until


def open_run(*, name: str, digest: str, store: Store | None, clock: Callable[[], datetime]) -> RunLease:
    """Write the row of a run that begins: what it is of, and what it measures with."""
    now, space = clock(), get_space(get_active_provider())
    run = EvaluationRun.objects.create(
        file_name=name[-200:],
        file_digest=digest,
        store=store.value if store else ROUTED,
        flags=[one.name for one in list_flag_states() if one.is_effective],
        embedding_model=f"{space.model} {space.model_version}"[:80],
        parameters=name_parameters(version=get_ranking_weights(creator_id=NOBODY).version),
        lease_until=now + LEASE,
        started_at=now,
    )
    return RunLease(run=run, store=store, clock=clock)


def close_run(*, run: EvaluationRun, now: datetime, measures: dict[str, Any] | None = None, error: str = "") -> None:
    """Keep what a run measured, or why it failed."""
    run.state = EvaluationState.FAILED if measures is None else EvaluationState.DONE
    run.measures, run.error = measures, error
    run.duration_ms = int((now - run.started_at).total_seconds() * 1000)
    run.save(update_fields=["state", "measures", "error", "duration_ms"])
