"""Connect, look at, synchronise and disconnect platform accounts."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from creators.api.creator_serializers import ConnectionSerializer, TextField
from creators.api.creators import find_creator
from creators.api.parameters import get_user
from creators.clients.client import CONNECTABLE
from creators.enums import Platform
from creators.errors import ConnectionNotActive, PlatformNotConfigured, ReturnAddressRefused
from creators.models import PlatformConnection
from creators.queries.connections import list_visible_connections
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import CONFLICT, INVALID_REQUEST, ProblemError

_ID = OpenApiParameter("id", str, OpenApiParameter.PATH, description="The connection's id.")
_PLATFORM = OpenApiParameter(
    "platform", str, OpenApiParameter.PATH, enum=[str(one.value) for one in CONNECTABLE], description="Which platform."
)
_LONGEST_ID = 18  # digits, fewer than a bigint has


class NewConnectionSerializer(serializers.Serializer[Any]):
    creator = TextField(max_length=31, help_text="The creator's handle.")
    return_to = TextField(max_length=500, help_text="Where the browser goes in the end; one of the allowed addresses.")


class StartedConnectionSerializer(serializers.Serializer[Any]):
    url = serializers.URLField(source="address", help_text="Open it in the creator's browser; it works once.")
    expires_at = serializers.DateTimeField()


class SyncAskedSerializer(serializers.Serializer[Any]):
    next_due_at = serializers.DateTimeField(help_text="When the platform is asked; later while it asks us to wait.")


@extend_schema(parameters=[_PLATFORM])
class ConnectionStartView(generics.GenericAPIView[PlatformConnection]):
    permission_classes = [HasScope]
    required_scope = "creators:write"
    serializer_class = NewConnectionSerializer
    queryset = PlatformConnection.objects.none()
    pagination_class = None

    @extend_schema(
        operation_id="connections_start",
        request=NewConnectionSerializer,
        responses={201: StartedConnectionSerializer},
        examples=[
            OpenApiExample(
                "Connect",
                request_only=True,
                value={"creator": "lumenkitchen", "return_to": "https://app.example/connections"},
            )
        ],
    )
    def post(self, request: Request, platform: str) -> Response:
        """Begin to connect an account: returns a one-time address for the creator's browser, good for ten minutes.

        The browser comes back to `return_to` with `status`: `ok`, `scopes_missing`, `cancelled`, `taken` (the account
        belongs to another creator) or `failed`, and with `connection` where there is one. 409 when connecting accounts
        of this platform is not set up.
        """
        from creators.services.connections.tickets import start_connection  # loads social-core

        if platform not in CONNECTABLE:
            raise Http404
        fields = NewConnectionSerializer(data=request.data)
        fields.is_valid(raise_exception=True)
        creator = find_creator(request=request, handle=fields.validated_data["creator"])
        try:
            started = start_connection(
                creator=creator,
                platform=Platform(platform).value,
                return_to=fields.validated_data["return_to"],
                acting_user=get_user(request),
                now=timezone.now(),
            )
        except ReturnAddressRefused as error:
            refused = [{"pointer": "/return_to", "detail": str(error)}]
            raise ProblemError(kind=INVALID_REQUEST, errors=refused) from error
        except PlatformNotConfigured as error:
            raise ProblemError(kind=CONFLICT, detail=str(error)) from error
        return Response(StartedConnectionSerializer(started).data, status=201)


@extend_schema(parameters=[_ID])
class ConnectionView(generics.GenericAPIView[PlatformConnection]):
    permission_classes = [HasScope]
    required_scope = {
        "GET": "creators:read",
        "HEAD": "creators:read",
        "OPTIONS": "creators:read",
        "DELETE": "creators:write",
    }
    serializer_class = ConnectionSerializer
    queryset = PlatformConnection.objects.none()
    pagination_class = None

    def get_queryset(self) -> QuerySet[PlatformConnection]:
        return list_visible_connections(acting_user=get_user(self.request))

    @extend_schema(operation_id="connections_retrieve")
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path's word
        """Show one connection and what it is like."""
        return Response(ConnectionSerializer(find_connection(request=request, pk=id)).data)

    @extend_schema(operation_id="connections_delete", responses={204: None})
    def delete(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Disconnect: the tokens are deleted at once, and the platform is asked to end the grant."""
        from creators.services.connections.revoking import disconnect  # loads social-core

        connection = find_connection(request=request, pk=id)
        disconnect(connection=connection, acting_user=get_user(request), reason="by the API", now=timezone.now())
        return Response(status=204)


@extend_schema(parameters=[_ID])
class ConnectionSyncView(generics.GenericAPIView[PlatformConnection]):
    permission_classes = [HasScope]
    required_scope = "creators:write"
    throttle_scope = "sync"
    serializer_class = SyncAskedSerializer
    queryset = PlatformConnection.objects.none()
    pagination_class = None

    @extend_schema(operation_id="connections_sync", request=None, responses={202: SyncAskedSerializer})
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Read the account again soon; 409 when the connection is not active. At most a few times an hour."""
        from creators.services.sync.asking import ask_for_sync  # loads the clients

        connection = find_connection(request=request, pk=id)
        try:
            asked = ask_for_sync(connection_id=connection.pk, now=timezone.now())
        except ConnectionNotActive as error:
            raise ProblemError(kind=CONFLICT, detail=str(error)) from error
        return Response(SyncAskedSerializer(asked).data, status=202)


def find_connection(*, request: Request, pk: str) -> PlatformConnection:
    """Return a connection the caller may see, or answer 404 in the same words for unknown and foreign ones."""
    is_number = pk.isascii() and pk.isdigit() and len(pk) <= _LONGEST_ID
    found = list_visible_connections(acting_user=get_user(request)).filter(pk=pk).first() if is_number else None
    if found is None:
        raise Http404
    return found
