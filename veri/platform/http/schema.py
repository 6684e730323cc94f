"""The OpenAPI schema of one operation: drf-spectacular's, with our problems and one tag per app."""

from typing import Any, Literal

from django.apps import apps
from drf_spectacular.openapi import AutoSchema

from veri.platform.http import openapi
from veri.platform.http.problem_serializer import ProblemSerializer
from veri.platform.http.problem_types import CONTENT_TYPE

__all__ = ["ProblemAutoSchema", "openapi"]  # importing openapi registers the key's authentication scheme
DESCRIPTIONS = {
    "400": "The request cannot be read or is not valid.",
    "401": "Valid credentials are needed.",
    "403": "This is not allowed.",
    "404": "There is nothing here.",
    "405": "The method is not allowed here.",
    "406": "No acceptable representation exists.",
    "409": "The request conflicts with the present state.",
    "413": "The body is too large.",
    "415": "The body's media type is not supported.",
    "422": "The request cannot be carried out.",
    "429": "Too many requests.",
    "503": "A store is not reachable right now.",
}
BODY_STATUSES = {"409", "413", "415", "422"}
_RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}


class ProblemAutoSchema(AutoSchema):
    """Documents a problem for every status an operation can answer besides its own."""

    def get_tags(self) -> list[str]:
        config = apps.get_containing_app_config(type(self.view).__module__)
        return [str(config.verbose_name)] if config else list(super().get_tags())

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status, description in DESCRIPTIONS.items():
            if status in BODY_STATUSES and self.method in {"GET", "HEAD", "DELETE"}:
                continue
            if status not in bodies:
                bodies[status] = self._build_problem(status, description)
        return dict(sorted(bodies.items()))

    def _build_problem(self, status: str, description: str) -> dict[str, Any]:
        component = self.resolve_serializer(ProblemSerializer(), "response")
        response: dict[str, Any] = {"description": description, "content": {CONTENT_TYPE: {"schema": component.ref}}}
        return {**response, "headers": _RETRY_AFTER} if status in {"429", "503"} else response
