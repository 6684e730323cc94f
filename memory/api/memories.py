"""Read memories and what they rest on."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.http.request import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.creators import find_creator
from creators.api.parameters import get_user, read_handle_parameter, read_id, read_instant, refuse
from memory.api.serializers import (
    ExplanationSerializer,
    MemoryDetailSerializer,
    MemorySerializer,
    SlotHistorySerializer,
)
from memory.enums import MemoryState, MemoryType
from memory.models import Memory
from memory.queries.explanation import MOST_EVIDENCE, explain_memory
from memory.queries.memories import MemoryFilter, get_memory, list_memories, list_slot_history
from veri.platform.http.permissions import HasScope

_FILTERS = [
    OpenApiParameter("creator", str, required=True, description="The creator's handle."),
    OpenApiParameter("type", str, enum=MemoryType.values),
    OpenApiParameter("state", str, enum=MemoryState.values),
    OpenApiParameter("as_of", OpenApiTypes.DATETIME, description="What held at this instant, of slots and statements."),
]
_SLOT = [
    OpenApiParameter("creator", str, required=True, description="The creator's handle."),
    OpenApiParameter("predicate", str, required=True, description="Like `home town` or `rate for sponsored video`."),
    OpenApiParameter("subject", str, description="Whom it is about; default: the creator."),
]
LONGEST_NAME = 120
_NO_NAME = f"Must have 1 to {LONGEST_NAME} characters without NUL."


def _read_filter(parameters: QueryDict) -> MemoryFilter:
    """Return the filter asked for; a 400 names every parameter that is not valid."""
    kind, state = parameters.get("type", ""), parameters.get("state", "")
    errors: dict[str, str] = {}
    if kind and kind not in MemoryType.values:
        errors["type"] = f"Must be one of {', '.join(MemoryType.values)}."
    if state and state not in MemoryState.values:
        errors["state"] = f"Must be one of {', '.join(MemoryState.values)}."
    as_of = read_instant(parameters, "as_of", errors)
    if errors:
        raise refuse(errors)
    return MemoryFilter(type=kind, state=state, as_of=as_of)


class MemoryListView(generics.ListAPIView[Memory]):
    permission_classes = [HasScope]
    required_scope = "memories:read"
    serializer_class = MemorySerializer
    queryset = Memory.objects.none()

    def get_queryset(self) -> QuerySet[Memory]:
        parameters = self.request.GET
        wanted = _read_filter(parameters)
        creator = find_creator(request=self.request, handle=read_handle_parameter(parameters))
        return list_memories(creator_id=creator.pk, wanted=wanted)

    @extend_schema(operation_id="memories_list", parameters=_FILTERS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what is known about a creator, newest first."""
        return super().get(request, *args, **kwargs)


class MemoryView(generics.RetrieveAPIView[Memory]):
    permission_classes = [HasScope]
    required_scope = "memories:read"
    serializer_class = MemoryDetailSerializer
    queryset = Memory.objects.none()

    def get_object(self) -> Memory:
        try:
            return get_memory(memory_id=read_id(self.kwargs["id"]), acting_user=get_user(self.request))
        except Memory.DoesNotExist as error:
            raise Http404 from error

    @extend_schema(operation_id="memories_retrieve", parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return one memory with up to 100 interactions it rests on: why it is believed."""
        return super().get(request, *args, **kwargs)


class EvidenceView(APIView):
    permission_classes = [HasScope]
    required_scope = "memories:read"

    @extend_schema(
        operation_id="memories_evidence",
        parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH)],
        responses=ExplanationSerializer,
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Return why a memory is believed: up to 100 interactions, their signals, and its slot's values over time."""
        try:
            found = explain_memory(memory_id=read_id(id), acting_user=get_user(request), most=MOST_EVIDENCE)
        except Memory.DoesNotExist as error:
            raise Http404 from error
        return Response(ExplanationSerializer(found).data)


class SlotHistoryView(APIView):
    permission_classes = [HasScope]
    required_scope = "memories:read"

    @extend_schema(operation_id="memories_history", parameters=_SLOT, responses=SlotHistorySerializer)
    def get(self, request: Request) -> Response:
        """Return every value a slot held, oldest first, with when it did."""
        parameters = request.GET
        handle = read_handle_parameter(parameters)
        names = {"predicate": parameters.get("predicate", ""), "subject": parameters.get("subject", handle)}
        wrong = {one: _NO_NAME for one, name in names.items() if not 0 < len(name) <= LONGEST_NAME or "\0" in name}
        if wrong:
            raise refuse(wrong)
        creator = find_creator(request=request, handle=handle)
        return Response(SlotHistorySerializer({"values": list_slot_history(creator_id=creator.pk, **names)}).data)
