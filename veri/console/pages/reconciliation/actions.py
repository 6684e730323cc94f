"""Carry out a confirmed step: short ones at once, long ones by a worker."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery import Task
from django.http import HttpRequest
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerUnavailable
from redis.exceptions import RedisError

from migration.queries.status import DatasetStatus
from migration.services.reconcile import reconcile_run
from migration.services.stages import promote_dataset, roll_back_dataset
from migration.tasks import check_dataset_parity_task, run_backfill_task
from veri.console.status.processes import is_any_worker_alive


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What an operator is told."""

    is_done: bool
    text: str


def carry_out(*, request: HttpRequest, step: str, status: DatasetStatus, reason: str) -> Outcome:
    """Take a step on one dataset.

    Raises:
        MigrationError: the service refused; nothing was changed.
    """
    steps: dict[str, Callable[[HttpRequest, DatasetStatus, str], Outcome]] = {
        "backfill": _backfill,
        "check_parity": _check_parity,
        "reconcile": _reconcile,
        "cut_over": _cut_over,
        "roll_back": _roll_back,
    }
    return steps[step](request, status, reason)


def _backfill(request: HttpRequest, status: DatasetStatus, reason: str) -> Outcome:
    return _enqueue(run_backfill_task, dataset=status.dataset.name, actor_id=request.user.pk, reason=reason)


def _check_parity(request: HttpRequest, status: DatasetStatus, reason: str) -> Outcome:
    name = status.dataset.name
    return _enqueue(check_dataset_parity_task, dataset=name, actor_id=request.user.pk, reason=reason)


def _reconcile(request: HttpRequest, status: DatasetStatus, reason: str) -> Outcome:
    if status.parity is None:
        return Outcome(is_done=False, text="there is no parity check to go by.")
    result = reconcile_run(run=status.parity, actor=request.user, reason=reason, now=timezone.now())
    counts = f"{result.rewritten} rewritten, {result.removed + result.gone} removed"
    return Outcome(is_done=True, text=f"{counts}, all through the relay. Check parity again.")


def _cut_over(request: HttpRequest, status: DatasetStatus, reason: str) -> Outcome:
    promote_dataset(name=status.dataset.name, actor=request.user, reason=reason, now=timezone.now())
    return Outcome(is_done=True, text="cut over.")


def _roll_back(request: HttpRequest, status: DatasetStatus, reason: str) -> Outcome:
    roll_back_dataset(name=status.dataset.name, actor=request.user, reason=reason, now=timezone.now())
    return Outcome(is_done=True, text="rolled back; reads come from PostgreSQL.")


def _enqueue(task: Task, **arguments: Any) -> Outcome:
    try:
        task.apply_async(kwargs=arguments, retry=False)
    except (BrokerUnavailable, RedisError, OSError) as error:
        return Outcome(
            is_done=False, text=f"not started, the task queue is away ({type(error).__name__}). Try again later."
        )
    if not is_any_worker_alive(now=timezone.now()):
        return Outcome(is_done=True, text="queued, but no worker was seen lately; it starts when one is there.")
    return Outcome(is_done=True, text="queued; this page follows it.")
