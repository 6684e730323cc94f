"""Read memories and what they rest on."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from creators.api.creators import find_creator
from creators.api.parameters import get_user, read_handle_parameter, read_id, refuse
from memory.api.serializers import MemoryDetailSerializer, MemorySerializer
from memory.enums import MemoryState, MemoryType
from memory.models import Memory
from memory.queries.memories import get_memory, list_memories
from veri.platform.http.permissions import HasScope

_FILTERS = [
    OpenApiParameter("creator", str, required=True, description="The creator's handle."),
    OpenApiParameter("type", str, enum=MemoryType.values),
    OpenApiParameter("state", str, enum=MemoryState.values),
]


class MemoryListView(generics.ListAPIView[Memory]):
    permission_classes = [HasScope]
    required_scope = "memories:read"
    serializer_class = MemorySerializer
    queryset = Memory.objects.none()

    def get_queryset(self) -> QuerySet[Memory]:
        parameters = self.request.GET
        kind, state = parameters.get("type", ""), parameters.get("state", "")
        errors = {}
        if kind and kind not in MemoryType.values:
            errors["type"] = f"Must be one of {', '.join(MemoryType.values)}."
        if state and state not in MemoryState.values:
            errors["state"] = f"Must be one of {', '.join(MemoryState.values)}."
        if errors:
            raise refuse(errors)
        creator = find_creator(request=self.request, handle=read_handle_parameter(parameters))
        return list_memories(creator_id=creator.pk, type=kind, state=state)

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
