"""Hand long work to a worker, and say what became of the request."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import Task
from kombu.exceptions import OperationalError as BrokerUnavailable
from redis.exceptions import RedisError

from veri.platform.ops.models import Heartbeat
from veri.platform.ops.services.heartbeats import WORKER_PREFIX

WORKER_SILENT_AFTER = timedelta(seconds=120)


@dataclass(frozen=True, kw_only=True)
class Queued:
    """Whether the work was queued, and what to tell the operator."""

    is_done: bool
    text: str


def enqueue_step(task: Task, *, now: datetime, **arguments: Any) -> Queued:
    """Queue a task; the text says when the queue is away or no worker was seen lately."""
    try:
        task.apply_async(kwargs=arguments, retry=False)
    except (BrokerUnavailable, RedisError, OSError) as error:
        away = f"not started, the task queue is away ({type(error).__name__}). Try again later."
        return Queued(is_done=False, text=away)
    if not is_any_worker_alive(now=now):
        return Queued(is_done=True, text="queued, but no worker was seen lately; it starts when one is there.")
    return Queued(is_done=True, text="queued; this page follows it.")


def is_any_worker_alive(*, now: datetime) -> bool:
    """Tell whether queued work will be taken soon."""
    return Heartbeat.objects.filter(name__startswith=WORKER_PREFIX, at__gt=now - WORKER_SILENT_AFTER).exists()
