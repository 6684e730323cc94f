"""Structured logs: one JSON line per event on standard error, for our loggers and everybody else's."""

import logging
import logging.config
from typing import Any

import structlog
from structlog.typing import Processor

from veri.platform.observability.redaction import redact_event

# django_structlog logs every request already; Django's own lines would repeat them.
QUIET = {
    "django.server": "WARNING",
    "django.request": "CRITICAL",
    "celery.app.trace": "WARNING",
    "httpx": "WARNING",
    "httpx2": "WARNING",
    "pymongo": "WARNING",  # at DEBUG it writes whole documents, which are people's own words
}


def configure_logging(*, level: str, json: bool = True) -> None:
    """Send structlog and stdlib logging through one chain to standard error; safe to call again."""
    shared = _build_shared_processors()
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(_build_config(level=level, json=json, shared=shared))


def _build_shared_processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.UnicodeDecoder(),
    ]


def _build_final_processors(*, json: bool) -> list[Processor]:
    # Locals hold tokens and messages: tracebacks show code only.
    plain = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=30)
    render: list[Processor] = (
        [structlog.processors.ExceptionRenderer(plain), redact_event, structlog.processors.JSONRenderer(default=str)]
        if json
        else [
            redact_event,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ]
    )
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render]


def _build_config(*, level: str, json: bool, shared: list[Processor]) -> dict[str, Any]:
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "processors": _build_final_processors(json=json),
        "foreign_pre_chain": shared,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": formatter},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "structured"}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {name: {"level": quiet} for name, quiet in QUIET.items()},
    }
