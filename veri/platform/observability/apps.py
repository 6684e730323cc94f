"""Logs, metrics and error reports; wires Celery's logging and the clean-up of its metric files."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings


class ObservabilityConfig(AppConfig):
    name = "veri.platform.observability"
    label = "observability"

    def ready(self) -> None:
        from celery import signals

        from veri.platform.observability.errors import start_error_reports
        from veri.platform.observability.logs import configure_logging

        configure_logging(level=settings.LOG_LEVEL)
        start_error_reports()
        # Connecting to setup_logging keeps Celery from installing handlers of its own.
        signals.setup_logging.connect(_set_up_worker_logging, weak=False, dispatch_uid="veri.worker_logging")
        signals.worker_process_shutdown.connect(_forget_process, weak=False, dispatch_uid="veri.worker_metrics")


_task_logging: list[Any] = []  # signals hold receivers weakly


def _set_up_worker_logging(**_: Any) -> None:
    """Configure logs in a worker or beat before it forks, and bind task ids to every line of a task."""
    from django_structlog.celery.receivers import CeleryReceiver

    from veri.platform.observability.logs import configure_logging

    configure_logging(level=settings.LOG_LEVEL)
    if not _task_logging:
        _task_logging.append(CeleryReceiver())
        _task_logging[0].connect_worker_signals()


def _forget_process(pid: int, **_: Any) -> None:
    from veri.platform.observability.multiprocess import forget_process

    forget_process(pid=pid)
