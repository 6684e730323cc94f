"""Ingest and read interactions."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from creators.api.creators import find_creator
from creators.api.interaction_serializers import (
    BatchResultSerializer,
    InteractionBatchSerializer,
    InteractionSerializer,
    InteractionSummarySerializer,
)
from creators.api.parameters import (
    INTERACTION_FILTERS,
    get_user,
    read_handle_parameter,
    read_id,
    read_interaction_filter,
    refuse,
)
from creators.enums import Outcome
from creators.models import Interaction
from creators.queries.interactions import get_interaction, list_interactions
from creators.services.intake import IntakeResult, ItemResult, take_in_items
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.pagination import CursorPagination
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import UNPROCESSABLE, ProblemError

MAX_BATCH = 1000
_SCOPES = {
    "GET": "interactions:read",
    "HEAD": "interactions:read",
    "OPTIONS": "interactions:read",
    "POST": "interactions:write",
}
_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A repeat with the same key gets the first answer."
)
_BATCH_EXAMPLE = OpenApiExample(
    "A message and a raw Twitch event",
    request_only=True,
    value={
        "interactions": [
            {
                "creator": "lumenkitchen",
                "platform": "chat",
                "external_id": "m-1",
                "type": "message",
                "author": "ana",
                "text": "Loved the bread video!",
                "occurred_at": "2026-05-14T09:30:00Z",
            },
            {
                "creator": "lumenkitchen",
                "platform": "twitch",
                "occurred_at": "2026-05-14T09:31:00Z",
                "payload": {
                    "subscription": {"type": "channel.cheer"},
                    "event": {"user_name": "Cool_User", "bits": 1000, "message": "pogchamp"},
                },
            },
        ]
    },
)
_RESULT_EXAMPLE = OpenApiExample(
    "One stored, one refused",
    response_only=True,
    status_codes=["200"],
    value={
        "results": [
            {"index": 0, "status": "created", "id": "123", "ids": ["123"]},
            {
                "index": 1,
                "status": "rejected",
                "errors": [{"pointer": "/interactions/1/platform", "detail": "must be one of youtube, twitch"}],
            },
        ],
        "created": 1,
        "duplicates": 0,
        "rejected": 1,
    },
)


class InteractionPagination(CursorPagination):
    ordering = ("-occurred_at", "-id")  # type: ignore[assignment]  # the base has one field, DRF takes several


class InteractionListView(IdempotentViewMixin, generics.ListAPIView[Interaction]):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = _SCOPES
    serializer_class = InteractionSummarySerializer
    pagination_class = InteractionPagination
    queryset = Interaction.objects.none()

    def get_queryset(self) -> QuerySet[Interaction]:
        chosen = read_interaction_filter(self.request.query_params)
        handle = read_handle_parameter(self.request.query_params)
        return list_interactions(creator=find_creator(request=self.request, handle=handle), chosen=chosen)

    @extend_schema(operation_id="interactions_list", parameters=INTERACTION_FILTERS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List a creator's interactions, the latest first, without their payloads."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="interactions_create",
        request=InteractionBatchSerializer,
        responses={200: BatchResultSerializer},
        parameters=[_KEY],
        examples=[_BATCH_EXAMPLE, _RESULT_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Ingest a batch of 1 to 1,000 items in one transaction.

        Each item is stored, recognised as a duplicate of (creator, platform, external id), or rejected by itself.
        When every item is rejected the answer is 422 with the same `results`.
        """
        items = _read_items(request.data)
        result = take_in_items(items=items, acting_user=get_user(request), now=timezone.now())
        body = _build_body(result)
        if body["rejected"] == len(items):
            raise _refuse_batch(body)
        return Response(body)


class InteractionView(generics.GenericAPIView[Interaction]):
    permission_classes = [HasScope]
    required_scope = "interactions:read"
    serializer_class = InteractionSerializer
    pagination_class = None
    queryset = Interaction.objects.none()

    @extend_schema(
        operation_id="interactions_retrieve", parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH)]
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path parameter's public name
        """Show one interaction with its payload."""
        try:
            found = get_interaction(interaction_id=read_id(id), acting_user=get_user(request))
        except Interaction.DoesNotExist as error:
            raise Http404 from error
        return Response(InteractionSerializer(found).data)


def _read_items(body: Any) -> list[Any]:
    if not isinstance(body, dict):
        raise refuse({"": "The body must be an object with a list of interactions."})
    unknown = sorted(body.keys() - {"interactions"})
    if unknown:
        raise refuse({name[:100]: "Unknown field." for name in unknown[:10]})
    items = body.get("interactions")
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_BATCH:
        raise refuse({"interactions": f"Must be a list of 1 to {MAX_BATCH} items."})
    return items


def _build_body(result: IntakeResult) -> dict[str, Any]:
    return {
        "results": [_build_item(index, item) for index, item in enumerate(result.items)],
        "created": result.count(Outcome.CREATED),
        "duplicates": result.count(Outcome.DUPLICATE),
        "rejected": result.count(Outcome.REJECTED),
    }


def _build_item(index: int, item: ItemResult) -> dict[str, Any]:
    body: dict[str, Any] = {"index": index, "status": item.outcome.value}
    ids = [str(pk) for pk in item.interaction_ids]
    if ids:
        body |= {"id": ids[0], "ids": ids}
    if item.errors:
        prefix = f"/interactions/{index}"
        body["errors"] = [
            {"pointer": f"{prefix}/{error.field}".rstrip("/"), "detail": error.reason} for error in item.errors
        ]
    return body


def _refuse_batch(body: dict[str, Any]) -> ProblemError:
    errors = [error for item in body["results"] for error in item["errors"]]
    return ProblemError(
        kind=UNPROCESSABLE, detail="Every interaction was rejected.", errors=errors, extensions=dict(body)
    )
