"""Ask for memories to be forgotten, follow the request, and bring back what only decayed."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.creator_serializers import TextField
from creators.api.creators import find_creator
from creators.api.parameters import get_user, read_id, refuse
from memory.api.search_serializers import StrictSerializer
from memory.enums import ForgetScope, ForgetState
from memory.errors import NothingToForget
from memory.models import ForgetRequest, Memory
from memory.queries.forgetting import get_forget_request
from memory.queries.memories import get_memory
from memory.services.forgetting.requests import ForgetWish, request_forgetting
from memory.services.restoring import restore_memories
from veri.platform.http.permissions import HasScope

MOST_IDS = 500
_ID = OpenApiParameter("id", str, OpenApiParameter.PATH)
_SCOPE_HELP = (
    "`memory`: the memories go and are never formed again. `evidence`: the interactions they rest on lose their words "
    "too, and whatever else rests on those alone goes with them."
)
_EXAMPLE = OpenApiExample(
    "Everything about a brand, with the messages it was in",
    request_only=True,
    value={"creator": "lumenkitchen", "brand": "Brightpan", "scope": "evidence"},
)


class MemoryWishSerializer(StrictSerializer):
    scope = serializers.ChoiceField(
        choices=ForgetScope.choices, default=ForgetScope.MEMORY.value, help_text=_SCOPE_HELP
    )


class IdListField(serializers.ListField):
    child = serializers.RegexField(r"\A[0-9]{1,18}\Z")

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MOST_IDS, required=False, default=list, **options)

    def to_internal_value(self, data: Any) -> list[int]:
        return [int(one) for one in super().to_internal_value(data)]


class WishSerializer(MemoryWishSerializer):
    creator = TextField(min_length=3, max_length=31, help_text="The creator's handle.")
    memory_ids = IdListField(help_text="At most 500.")
    interaction_ids = IdListField(help_text="At most 500; these lose their words with either scope.")
    subject = TextField(max_length=120, required=False, default="", help_text="Whom or what the memories are about.")
    brand = TextField(max_length=120, required=False, default="", help_text="A brand: as subject, value or topic.")


class ForgetRequestSerializer(serializers.ModelSerializer[ForgetRequest]):
    id = serializers.CharField(source="pk", read_only=True)
    creator = serializers.CharField(source="creator.handle", read_only=True)
    scope = serializers.ChoiceField(choices=ForgetScope.choices)
    state = serializers.ChoiceField(choices=ForgetState.choices)
    memories = serializers.SerializerMethodField()
    interactions = serializers.SerializerMethodField()

    class Meta:
        model = ForgetRequest
        fields = ["id", "creator", "scope", "state", "memories", "interactions", "requested_at", "finished_at"]
        read_only_fields = fields

    def get_memories(self, request: ForgetRequest) -> int:
        return len(request.memory_ids)

    def get_interactions(self, request: ForgetRequest) -> int:
        return len(request.interaction_ids)


class RestoreSerializer(StrictSerializer):
    creator = TextField(min_length=3, max_length=31, help_text="The creator's handle.")
    memory_ids = IdListField(help_text="At most 500.")


class RestoredSerializer(serializers.Serializer[object]):
    """``restored`` were dormant or archived and are active again; all others are ``skipped``."""

    restored = serializers.ListField(child=serializers.CharField())
    skipped = serializers.ListField(child=serializers.CharField())


def _request(request: Request, creator_id: int, wish: ForgetWish) -> Response:
    try:
        kept = request_forgetting(
            creator_id=creator_id,
            wish=wish,
            actor=get_user(request),
            reason="asked for over the API",
            now=timezone.now(),
        )
    except NothingToForget as error:
        raise refuse({"memory_ids": str(error)}) from error
    return Response(ForgetRequestSerializer(kept).data, status=202)


class ForgetMemoryView(APIView):
    permission_classes = [HasScope]
    required_scope = "memories:write"

    @extend_schema(
        operation_id="memories_forget_one",
        parameters=[_ID],
        request=MemoryWishSerializer,
        responses={202: ForgetRequestSerializer},
        examples=[OpenApiExample("With the words it rests on", request_only=True, value={"scope": "evidence"})],
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Forget one memory in every store, index and cache; follow the request by its id."""
        body = MemoryWishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            memory = get_memory(memory_id=read_id(id), acting_user=get_user(request))
        except Memory.DoesNotExist as error:
            raise Http404 from error
        scope = ForgetScope(body.validated_data["scope"])
        return _request(request, memory.creator_id, ForgetWish(scope=scope, memory_ids=[memory.pk]))


class ForgetView(APIView):
    permission_classes = [HasScope]
    required_scope = "memories:write"

    @extend_schema(
        operation_id="memories_forget",
        request=WishSerializer,
        responses={202: ForgetRequestSerializer},
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Forget what is named of a creator: memories, a subject, a brand, interactions; all of it together."""
        body = WishSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        creator = find_creator(request=request, handle=given.pop("creator"))
        return _request(request, creator.pk, ForgetWish(**{**given, "scope": ForgetScope(given["scope"])}))


class ForgetRequestView(APIView):
    permission_classes = [HasScope]
    required_scope = "memories:read"

    @extend_schema(operation_id="memories_forget_status", parameters=[_ID], responses=ForgetRequestSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Tell how far a request to forget is: `done` when nothing is found any more."""
        try:
            found = get_forget_request(request_id=read_id(id), acting_user=get_user(request))
        except ForgetRequest.DoesNotExist as error:
            raise Http404 from error
        return Response(ForgetRequestSerializer(found).data)


class RestoreView(APIView):
    permission_classes = [HasScope]
    required_scope = "memories:write"

    @extend_schema(
        operation_id="memories_restore",
        request=RestoreSerializer,
        responses=RestoredSerializer,
        examples=[
            OpenApiExample(
                "Two memories", request_only=True, value={"creator": "lumenkitchen", "memory_ids": ["71", "72"]}
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Make dormant and archived memories active again; they fade from now on."""
        body = RestoreSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        creator = find_creator(request=request, handle=body.validated_data["creator"])
        ids = body.validated_data["memory_ids"]
        restored = restore_memories(
            creator_id=creator.pk,
            memory_ids=ids,
            actor=get_user(request),
            reason="asked for over the API",
            now=timezone.now(),
        )
        skipped = [str(pk) for pk in dict.fromkeys(ids) if pk not in restored]
        return Response({"restored": [str(pk) for pk in restored], "skipped": skipped})
