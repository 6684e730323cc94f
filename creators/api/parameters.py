"""Query and path parameters of this app's endpoints, read strictly."""

import re
from datetime import datetime
from typing import Any

from django.http import Http404
from django.http.request import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from creators.enums import Platform
from creators.models import User
from creators.normalisers.envelope import MAX_TYPE
from creators.queries.interactions import InteractionFilter
from veri.platform.http.problems import INVALID_REQUEST, ProblemError

_HANDLE = re.compile(r"@?[A-Za-z0-9_.]{3,30}\Z", re.ASCII)
_MAX_ID = 2**63 - 1
_MAX_ID_DIGITS = 19
_YEARS = range(1900, 9000)  # far from where a shift to UTC would overflow

INTERACTION_FILTERS = [
    OpenApiParameter("creator", str, required=True, description="The creator's handle."),
    OpenApiParameter("platform", str, enum=Platform.values),
    OpenApiParameter("type", str, description="Exactly this type, like `channel.cheer`."),
    OpenApiParameter("since", OpenApiTypes.DATETIME, description="Happened at or after this instant."),
    OpenApiParameter("until", OpenApiTypes.DATETIME, description="Happened before this instant."),
]


def refuse(errors: dict[str, str]) -> ProblemError:
    """Return a 400 that names fields or parameters."""
    return ProblemError(
        kind=INVALID_REQUEST,
        errors=[{"pointer": f"/{name}", "detail": detail} for name, detail in errors.items()],
    )


def get_user(request: Any) -> User:
    """Return the signed-in user; the views' permissions let nobody else in."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("the view admits signed-in users only")
    return user


def read_handle_parameter(parameters: QueryDict) -> str:
    raw = parameters.get("creator", "")
    if not _HANDLE.match(raw):
        raise refuse({"creator": "A creator's handle is required."})
    return raw.removeprefix("@").lower()


def read_interaction_filter(parameters: QueryDict) -> InteractionFilter:
    """Return the filter asked for.

    Raises:
        ProblemError: 400, naming every parameter that is not valid.
    """
    errors: dict[str, str] = {}
    platform, kind = parameters.get("platform", ""), parameters.get("type", "")
    if platform and platform not in Platform.values:
        errors["platform"] = f"Must be one of {', '.join(Platform.values)}."
    if len(kind) > MAX_TYPE or "\0" in kind:
        errors["type"] = f"Must be at most {MAX_TYPE} characters without NUL."
    since = read_instant(parameters, "since", errors)
    until = read_instant(parameters, "until", errors)
    if errors:
        raise refuse(errors)
    return InteractionFilter(platform=platform, type=kind, since=since, until=until)


def read_instant(parameters: QueryDict, name: str, errors: dict[str, str]) -> datetime | None:
    """Return an instant with a zone, or None; what is neither is noted in ``errors``."""
    # An unescaped + in a query string arrives as a blank.
    raw = parameters.get(name, "").replace(" ", "+")
    if not raw:
        return None
    try:
        parsed = datetime.fromisoformat(raw)
        if parsed.tzinfo is not None and parsed.year in _YEARS:
            return parsed
    except ValueError:
        pass
    errors[name] = "Must be an ISO 8601 time with a zone, like 2026-05-14T09:30:00Z."
    return None


def read_id(raw: str) -> int:
    """Return a row's id.

    Raises:
        Http404: not a number PostgreSQL's bigint can hold.
    """
    if not (raw.isascii() and raw.isdigit() and len(raw) <= _MAX_ID_DIGITS and int(raw) <= _MAX_ID):
        raise Http404
    return int(raw)
