"""Turn exceptions into problems: DRF's, Django's, the database's and the stores'."""

import math
from collections.abc import Iterator
from typing import Any

import psycopg
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions

from veri.platform.connections.errors import StoreUnavailable
from veri.platform.http import problem_types as kinds
from veri.platform.http.problem_types import Problem, ProblemError, ProblemKind

RETRY_AFTER_SECONDS = 5
_UNAVAILABLE = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
_SIMPLE: list[tuple[tuple[type[BaseException], ...], ProblemKind, str]] = [
    ((Http404,), kinds.NOT_FOUND, ""),
    ((PermissionDenied,), kinds.PERMISSION_DENIED, ""),
    ((RequestDataTooBig,), kinds.PAYLOAD_TOO_LARGE, ""),
    ((SuspiciousOperation, BadRequest), kinds.MALFORMED_REQUEST, ""),
    # A header that is not UTF-8: the token library decodes it without a guard.
    ((UnicodeDecodeError,), kinds.MALFORMED_REQUEST, "The request holds text that is not UTF-8."),
    ((DataError, psycopg.DataError), kinds.INVALID_REQUEST, "A value cannot be stored: out of range or with NUL."),
]
_CONFLICTS = (psycopg.errors.UniqueViolation, psycopg.errors.ForeignKeyViolation)


def convert_exception(exc: BaseException) -> Problem | None:
    """Return the problem an exception stands for, or nothing for one that is a defect of ours."""
    if isinstance(exc, ProblemError):
        return exc.problem
    if isinstance(exc, exceptions.APIException):
        return _convert_api_exception(exc)
    if isinstance(exc, (StoreUnavailable, *_UNAVAILABLE)):
        return build_unavailable(store=getattr(exc, "store", "") or "postgres")
    if isinstance(exc, IntegrityError) and isinstance(exc.__cause__, _CONFLICTS):
        return Problem(kind=kinds.CONFLICT)
    for types, kind, detail in _SIMPLE:
        if isinstance(exc, types):
            return Problem(kind=kind, detail=detail)
    return None


def build_unavailable(*, store: str) -> Problem:
    """Return the 503 that asks to come back in a few seconds."""
    return Problem(
        kind=kinds.STORE_UNAVAILABLE,
        detail=f"{store} is not reachable.",
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def _convert_api_exception(exc: exceptions.APIException) -> Problem:
    if isinstance(exc, exceptions.ValidationError):
        return Problem(kind=kinds.INVALID_REQUEST, errors=list(flatten_errors(exc.detail)))
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header  # type: ignore[attr-defined]  # DRF sets it on 401 only
    if getattr(exc, "wait", None):
        headers["Retry-After"] = str(math.ceil(exc.wait))  # type: ignore[attr-defined]  # Throttled only
    return Problem(kind=kinds.get_kind_for_status(exc.status_code), detail=_get_text(exc.detail), headers=headers)


def _get_text(detail: Any) -> str:
    return str(detail) if not isinstance(detail, (dict, list)) else ""


def flatten_errors(detail: Any, pointer: str = "") -> Iterator[dict[str, str]]:
    """Yield ``{"pointer", "detail"}`` for each leaf of DRF's nested validation errors."""
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from flatten_errors(value, pointer if key == "non_field_errors" else f"{pointer}/{_escape(key)}")
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            nested = isinstance(value, (dict, list))
            yield from flatten_errors(value, f"{pointer}/{index}" if nested else pointer)
    else:
        yield {"pointer": pointer, "detail": str(detail)}


def _escape(key: Any) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
