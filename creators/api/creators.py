"""A user's creators."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from creators.api.creator_serializers import (
    ConnectionSerializer,
    CreatorChangeSerializer,
    CreatorSerializer,
    NewCreatorSerializer,
    ProfileSerializer,
)
from creators.api.parameters import get_user
from creators.errors import HandleRefused, InvalidCreator
from creators.models import Creator, PlatformConnection
from creators.queries.creators import get_creator, list_connections, list_creators
from creators.queries.profiles import get_profile
from creators.services.creators import create_creator, update_creator
from veri.platform.http.idempotency import IdempotentViewMixin
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import CONFLICT, INVALID_REQUEST, ProblemError

_HANDLE = OpenApiParameter("handle", str, OpenApiParameter.PATH, description="The creator's handle.")
_MAX_HANDLE = 31  # with its @
_SCOPES = {
    "GET": "creators:read",
    "HEAD": "creators:read",
    "OPTIONS": "creators:read",
    "POST": "creators:write",
    "PATCH": "creators:write",
}


def find_creator(*, request: Request, handle: str) -> Creator:
    """Return a creator the caller may see, or answer 404 in the same words for unknown and foreign ones."""
    if "\0" in handle or len(handle) > _MAX_HANDLE:
        raise Http404
    try:
        return get_creator(handle=handle.removeprefix("@").lower(), acting_user=get_user(request))
    except Creator.DoesNotExist as error:
        raise Http404 from error


def _refuse_fields(error: InvalidCreator) -> ProblemError:
    errors = [
        {"pointer": f"/{name}", "detail": reason} for name, reasons in error.problems.items() for reason in reasons
    ]
    return ProblemError(kind=INVALID_REQUEST, errors=errors)


class CreatorListView(IdempotentViewMixin, generics.ListAPIView[Creator]):  # type: ignore[misc]  # replays are plain responses
    permission_classes = [HasScope]
    required_scope = _SCOPES
    serializer_class = CreatorSerializer
    queryset = Creator.objects.none()

    def get_queryset(self) -> QuerySet[Creator]:
        return list_creators(acting_user=get_user(self.request))

    @extend_schema(operation_id="creators_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your creators; staff see all."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="creators_create",
        request=NewCreatorSerializer,
        responses={201: CreatorSerializer},
        examples=[
            OpenApiExample(
                "A creator",
                request_only=True,
                value={"handle": "lumenkitchen", "display_name": "Lumen Kitchen", "timezone": "Europe/Lisbon"},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Create a creator of your own; 409 when the handle is taken, reserved, held or looks like one that exists."""
        fields = NewCreatorSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        user = get_user(request)
        try:
            creator = create_creator(owner=user, acting_user=user, now=timezone.now(), **fields.validated_data)
        except InvalidCreator as error:
            raise _refuse_fields(error) from error
        except HandleRefused as error:
            raise ProblemError(kind=CONFLICT, detail=str(error)) from error
        return Response(CreatorSerializer(creator).data, status=201)


@extend_schema(parameters=[_HANDLE])
class CreatorView(generics.GenericAPIView[Creator]):
    permission_classes = [HasScope]
    required_scope = _SCOPES
    serializer_class = CreatorSerializer
    queryset = Creator.objects.none()
    pagination_class = None

    @extend_schema(operation_id="creators_retrieve")
    def get(self, request: Request, handle: str) -> Response:
        """Show one creator, from the store the reads of profiles are routed to."""
        creator = find_creator(request=request, handle=handle)
        return Response(ProfileSerializer(get_profile(creator_id=creator.pk)).data)

    @extend_schema(operation_id="creators_update", request=CreatorChangeSerializer, responses={200: CreatorSerializer})
    def patch(self, request: Request, handle: str) -> Response:
        """Change the given fields; the handle itself cannot be changed."""
        creator = find_creator(request=request, handle=handle)
        fields = CreatorChangeSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        try:
            changed = update_creator(
                creator=creator, acting_user=get_user(request), now=timezone.now(), **fields.validated_data
            )
        except InvalidCreator as error:
            raise _refuse_fields(error) from error
        return Response(CreatorSerializer(changed).data)


@extend_schema(parameters=[_HANDLE])
class ConnectionListView(generics.ListAPIView[PlatformConnection]):
    permission_classes = [HasScope]
    required_scope = "creators:read"
    serializer_class = ConnectionSerializer
    queryset = PlatformConnection.objects.none()

    def get_queryset(self) -> QuerySet[PlatformConnection]:
        return list_connections(creator=find_creator(request=self.request, handle=self.kwargs["handle"]))

    @extend_schema(operation_id="creators_connections_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List a creator's platform accounts."""
        return super().get(request, *args, **kwargs)
