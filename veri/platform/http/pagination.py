"""Cursor pagination: stable under concurrent writes, strict about what it is asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from rest_framework import exceptions, pagination
from rest_framework.request import Request

from veri.platform.http.problem_types import INVALID_REQUEST, ProblemError

if TYPE_CHECKING:  # DRF's views import this module while they load
    from rest_framework.views import APIView


class CursorPagination(pagination.CursorPagination):
    ordering = "-id"
    page_size = 50
    max_page_size = 200
    page_size_query_param = "page_size"
    offset_cutoff = 2**31 - 1  # the default of 1,000 would loop for ever over more rows that share a position

    def paginate_queryset(
        self, queryset: QuerySet[Any] | Sequence[Any], request: Request, view: "APIView | None" = None
    ) -> list[Any] | None:
        """Return one page.

        Raises:
            ProblemError: 400 for a cursor or page size that is not valid.
        """
        try:
            return super().paginate_queryset(queryset, request, view)
        except (exceptions.NotFound, ValueError, ValidationError) as error:
            raise _refuse("cursor", "This cursor is not valid.") from error

    def get_page_size(self, request: Request) -> int:
        raw = request.query_params.get("page_size")
        if raw is None:
            return self.page_size
        if not (
            raw.isascii()
            and raw.isdigit()
            and len(raw) <= len(str(self.max_page_size))
            and 1 <= int(raw) <= self.max_page_size
        ):
            raise _refuse("page_size", f"Must be a number from 1 to {self.max_page_size}.")
        return int(raw)

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        cursor, page_size = super().get_schema_operation_parameters(view)
        page_size["schema"] = {"type": "integer", "minimum": 1, "maximum": self.max_page_size, "default": 50}
        return [cursor, page_size]


def _refuse(parameter: str, detail: str) -> ProblemError:
    return ProblemError(kind=INVALID_REQUEST, errors=[{"pointer": f"/{parameter}", "detail": detail}])
