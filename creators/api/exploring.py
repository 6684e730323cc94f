"""Explore: findable creators by filters, for brands."""

import base64
import binascii
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.http.request import QueryDict
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.brands import find_acting_brand
from creators.api.parameters import refuse
from creators.categories import CATEGORIES
from creators.queries.exploring.entries import SIZES, SORTS, ExploreQuestion, explore
from creators.task_rules import PUBLIC_PLATFORMS
from veri.platform.http.permissions import HasScope

MOST_DAYS = 3_650
LARGEST_PAGE = 100
_INSTANTS = {"active", "newest"}
_LONGEST = 80


class ExploredSerializer(serializers.Serializer[Any]):
    handle = serializers.CharField()
    display_name = serializers.CharField()
    country = serializers.CharField()
    language = serializers.CharField()
    excerpt = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    platforms = serializers.ListField(child=serializers.CharField())
    audience = serializers.IntegerField(allow_null=True, help_text="Followers on the largest platform.")
    last_active_at = serializers.DateTimeField(allow_null=True)
    listed_at = serializers.DateTimeField()
    score = serializers.IntegerField(allow_null=True, help_text="VeriScore, of creators who show figures to brands.")


class ExplorePageSerializer(serializers.Serializer[Any]):
    results = ExploredSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="The `cursor` of the next page.")


_PARAMETERS = [
    OpenApiParameter("brand", str, description="The slug of the brand you act for, if several."),
    OpenApiParameter("platform", str, enum=list(PUBLIC_PLATFORMS)),
    OpenApiParameter("country", str, description="Two capital letters, like PT."),
    OpenApiParameter("language", str, description="Like pt."),
    OpenApiParameter("tag", str, description="Like `vegan`."),
    OpenApiParameter("category", str, enum=list(CATEGORIES)),
    OpenApiParameter("size", str, enum=list(SIZES), description="Under 1,000, 10,000, 100,000 followers, or more."),
    OpenApiParameter("score_from", int, description="0 to 100."),
    OpenApiParameter("score_to", int, description="0 to 100."),
    OpenApiParameter("active_days", int, description="Published within so many days."),
    OpenApiParameter("available", str, enum=["yes"], description="Takes work now."),
    OpenApiParameter("sort", str, enum=list(SORTS), description="By default `reach`; always the highest first."),
    OpenApiParameter("cursor", str, description="What `next` of the page before was."),
    OpenApiParameter("page_size", int, description=f"1 to {LARGEST_PAGE}, by default 50."),
]


class ExploreView(APIView):
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(operation_id="explore_list", parameters=_PARAMETERS, responses=ExplorePageSerializer)
    def get(self, request: Request) -> Response:
        """List creators who may be found by brands, by filters that all must hold."""
        find_acting_brand(request=request, slug=request.GET.get("brand", "").replace("\0", ""))
        question = read_question(request.GET, now=timezone.now())
        page = explore(question=question)
        after = write_cursor(question.sort, page.after) if page.after else None
        return Response(ExplorePageSerializer({"results": [asdict(one) for one in page.results], "next": after}).data)


def read_question(parameters: QueryDict, *, now: datetime) -> ExploreQuestion:
    """Return what is asked for.

    Raises:
        ProblemError: 400, naming every parameter that is not valid.
    """
    errors: dict[str, str] = {}
    facets = _read_choices(parameters, errors) | _read_words(parameters, errors)
    sort = parameters.get("sort", "reach")
    if sort not in SORTS:
        errors["sort"] = f"Must be one of {', '.join(SORTS)}."
        sort = "reach"
    days = _read_number(parameters, "active_days", 1, MOST_DAYS, errors)
    question = ExploreQuestion(
        **facets,
        score_from=_read_number(parameters, "score_from", 0, 100, errors),
        score_to=_read_number(parameters, "score_to", 0, 100, errors),
        active_since=now - timedelta(days=days) if days else None,
        sort=sort,
        after=_read_cursor(parameters, sort, errors),
        limit=_read_number(parameters, "page_size", 1, LARGEST_PAGE, errors) or 50,
    )
    if errors:
        raise refuse(errors)
    return question


def write_cursor(sort: str, after: tuple[Any, int]) -> str:
    position, pk = after
    told = position.isoformat() if isinstance(position, datetime) else position
    return base64.urlsafe_b64encode(json.dumps([sort, told, pk]).encode()).decode().rstrip("=")


def _read_cursor(parameters: QueryDict, sort: str, errors: dict[str, str]) -> tuple[Any, int] | None:
    raw = parameters.get("cursor", "")
    if not raw:
        return None
    try:
        told = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
        used, position, pk = told
        if used == sort and isinstance(pk, int) and 0 <= pk < 2**63:
            return _read_position(sort, position), pk
    except (ValueError, TypeError, RecursionError, OverflowError, binascii.Error):
        pass
    errors["cursor"] = "This cursor is not valid here."
    return None


def _read_position(sort: str, position: Any) -> float | datetime:
    if sort in _INSTANTS:
        found = datetime.fromisoformat(position)
        if found.tzinfo is None:
            raise ValueError("no zone")
        return found
    if isinstance(position, bool) or not isinstance(position, int | float) or abs(position) > 2**31:
        raise ValueError("no number")
    return position


def _read_choices(parameters: QueryDict, errors: dict[str, str]) -> dict[str, Any]:
    choices: dict[str, Any] = {
        "platform": PUBLIC_PLATFORMS,
        "category": CATEGORIES,
        "size": SIZES,
        "available": ["yes"],
    }
    given = {name: parameters.get(name, "") for name in choices}
    for name, allowed in choices.items():
        if given[name] and given[name] not in allowed:
            errors[name] = f"Must be one of {', '.join(allowed)}."
    return {
        "platform": given["platform"],
        "category": given["category"],
        "size": SIZES.get(given["size"], 0),
        "is_available": given["available"] == "yes",
    }


def _read_words(parameters: QueryDict, errors: dict[str, str]) -> dict[str, Any]:
    given = {name: parameters.get(name, "").strip() for name in ("country", "language", "tag")}
    for name, value in given.items():
        if len(value) > _LONGEST or "\0" in value:
            errors[name] = f"Must be at most {_LONGEST} characters without NUL."
    return {
        "country": given["country"].upper(),
        "language": given["language"].split("-", maxsplit=1)[0].lower(),
        "tag": given["tag"].lower().removeprefix("#"),
    }


def _read_number(parameters: QueryDict, name: str, low: int, high: int, errors: dict[str, str]) -> int | None:
    raw = parameters.get(name, "")
    if not raw:
        return None
    if raw.isascii() and raw.isdigit() and len(raw) <= len(str(high)) and low <= int(raw) <= high:
        return int(raw)
    errors[name] = f"Must be a number from {low} to {high}."
    return None
