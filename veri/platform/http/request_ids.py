"""One id per request: taken from the caller when it is well formed, bound to every log line, sent back."""

import re
import uuid
from typing import Any

import structlog
from django.http import HttpRequest
from django_structlog.signals import bind_extra_request_metadata

_VALID = re.compile(r"[A-Za-z0-9-]{8,64}")


def choose_request_id(*, incoming: str) -> str:
    """Return the incoming id when it is safe to log and echo, else a new UUID."""
    return incoming if _VALID.fullmatch(incoming) else str(uuid.uuid4())


def get_request_id() -> str:
    """Return the id bound to this context (request or task), or nothing outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def connect_request_logging() -> None:
    """Make django_structlog, which mints an id of its own, log ours."""
    bind_extra_request_metadata.connect(_rebind, dispatch_uid="veri.http.request_id")


def _rebind(sender: Any, request: HttpRequest, **_: Any) -> None:
    if request_id := getattr(request, "request_id", ""):
        structlog.contextvars.bind_contextvars(request_id=request_id)
