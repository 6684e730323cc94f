"""What is kept about the caller: exported, erased."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.accounts.fields import SENT, PasswordField, SecretField, SentSerializer, refuse_account
from creators.api.creator_serializers import TextField
from creators.api.creators import find_creator
from creators.api.parameters import get_user, read_id
from creators.enums import PrivacyKind, PrivacySource, PrivacyState
from creators.errors import ExportNotReady, PrivacyRequestOpen, ProofNotUsable, WrongPassword
from creators.models import PrivacyRequest
from creators.queries.privacy import get_privacy_request, list_privacy_requests
from creators.services.accounts.passwords import confirm_password
from creators.services.privacy.exporting import open_export
from creators.services.privacy.requests import request_erasure, request_erasure_code, request_export
from veri.platform.http.permissions import IsPerson
from veri.platform.http.problems import CONFLICT, ProblemError

_ID = OpenApiParameter("id", str, OpenApiParameter.PATH)


class PrivacyRequestSerializer(serializers.ModelSerializer[PrivacyRequest]):
    id = serializers.CharField(source="pk", read_only=True)
    kind = serializers.ChoiceField(choices=PrivacyKind.choices)
    state = serializers.ChoiceField(choices=PrivacyState.choices)
    is_ready = serializers.SerializerMethodField(help_text="Whether there is an export to download.")

    class Meta:
        model = PrivacyRequest
        fields = [
            "id",
            "kind",
            "state",
            "is_whole_account",
            "asked_at",
            "due_at",
            "finished_at",
            "waits_for",
            "is_ready",
            "file_size",
            "file_expires_at",
        ]
        read_only_fields = fields

    def get_is_ready(self, request: PrivacyRequest) -> bool:
        return bool(request.file_name)


class NewPrivacyRequestSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=PrivacyKind.choices)
    creator = TextField(
        max_length=31, required=False, default="", help_text="One creator's handle; else you with all your creators."
    )
    password = PasswordField(required=False, default="", help_text="The account's; an erasure needs it, or a code.")
    code = SecretField(required=False, default="", allow_blank=True, help_text="From a mail, instead of the password.")


class PrivacyRequestListView(generics.ListAPIView[PrivacyRequest]):
    permission_classes = [IsPerson]
    serializer_class = PrivacyRequestSerializer
    queryset = PrivacyRequest.objects.none()

    def get_queryset(self) -> QuerySet[PrivacyRequest]:
        return list_privacy_requests(acting_user=get_user(self.request))

    @extend_schema(operation_id="privacy_requests_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what you asked for, with states and due dates."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="privacy_requests_create",
        request=NewPrivacyRequestSerializer,
        responses={202: PrivacyRequestSerializer},
        examples=[
            OpenApiExample("Export everything", request_only=True, value={"kind": "export"}),
            OpenApiExample(
                "Erase one creator",
                request_only=True,
                value={"kind": "erasure", "creator": "lumenkitchen", "password": "correct horse battery"},
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Ask for an export, or to be erased: at once nobody can sign in or find you, and it cannot be taken back."""
        body = NewPrivacyRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given, user, now = body.validated_data, get_user(request), timezone.now()
        creator = find_creator(request=request, handle=given["creator"]) if given["creator"] else None
        if creator is not None and creator.owner_id != user.pk:
            raise Http404
        source = PrivacySource.API
        try:
            if given["kind"] == PrivacyKind.EXPORT:
                asked = request_export(user=user, creator=creator, acting_user=user, source=source, now=now)
            else:
                if not given["code"]:
                    confirm_password(user=user, password=given["password"])
                asked = request_erasure(
                    user=user, creator=creator, acting_user=user, source=source, now=now, secret=given["code"]
                )
        except WrongPassword as error:
            raise refuse_account(error, field="password") from error
        except ProofNotUsable as error:
            raise refuse_account(error, field="code") from error
        except PrivacyRequestOpen as error:
            raise ProblemError(kind=CONFLICT, detail=str(error)) from error
        return Response(PrivacyRequestSerializer(asked).data, status=202)


class ErasureCodeView(APIView):
    permission_classes = [IsPerson]
    throttle_scope = "auth"

    @extend_schema(operation_id="privacy_erasure_code", request=None, responses={202: SentSerializer})
    def post(self, request: Request) -> Response:
        """Have a code mailed by which to confirm your erasure, where you do not want to give your password."""
        request_erasure_code(user=get_user(request), now=timezone.now())
        return Response(SENT, status=202)


def _find(request: Request, raw: str) -> PrivacyRequest:
    try:
        return get_privacy_request(request_id=read_id(raw), acting_user=get_user(request))
    except PrivacyRequest.DoesNotExist as error:
        raise Http404 from error


class PrivacyRequestView(APIView):
    permission_classes = [IsPerson]

    @extend_schema(operation_id="privacy_requests_retrieve", parameters=[_ID], responses=PrivacyRequestSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Tell how far a request is."""
        return Response(PrivacyRequestSerializer(_find(request, id)).data)


class ArchiveRenderer(JSONRenderer):
    """Lets a client accept the archive's media type; what is refused is a problem all the same."""

    media_type = "application/zip"
    format = "zip"


class PrivacyDownloadView(APIView):
    permission_classes = [IsPerson]
    renderer_classes = [JSONRenderer, ArchiveRenderer]

    @extend_schema(
        operation_id="privacy_requests_download",
        parameters=[_ID],
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, id: str) -> HttpResponseBase:  # noqa: A002  same
        """Download an export: one archive, for you alone, within seven days; 409 when there is none."""
        found = _find(request, id)
        try:
            file = open_export(request=found, acting_user=get_user(request), now=timezone.now())
        except ExportNotReady as error:
            raise ProblemError(kind=CONFLICT, detail=str(error)) from error
        return FileResponse(file, as_attachment=True, filename="veri-export.zip", content_type="application/zip")
