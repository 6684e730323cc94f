"""On which terms one's creators work, and whom they do not want to meet."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.creators import find_creator
from creators.api.parameters import get_user, refuse
from creators.categories import CATEGORIES
from creators.enums import Currency
from creators.errors import InvalidTerms
from creators.models import Creator, WorkTerms
from creators.queries.exploring.saved_lists import get_findable_creator
from creators.services.exploring.terms import set_block, set_work_terms
from veri.platform.http.permissions import HasScope

_HANDLE = OpenApiParameter("handle", str, OpenApiParameter.PATH, description="Your creator's handle.")
_OTHER = OpenApiParameter("other", str, OpenApiParameter.PATH, description="The other creator's handle.")
_MAX_HANDLE = 31
_SCOPES = {"GET": "creators:read", "HEAD": "creators:read", "OPTIONS": "creators:read", "PUT": "creators:write"}


class WorkTermsSerializer(serializers.Serializer[WorkTerms]):
    is_available = serializers.BooleanField(default=True)
    available_from = serializers.DateField(allow_null=True, default=None)
    least_fee_minor = serializers.IntegerField(
        min_value=0, max_value=10**15, allow_null=True, default=None,
        help_text="In minor units (cents); used to match and shown to nobody.",
    )  # fmt: skip
    currency = serializers.ChoiceField(choices=Currency.choices, default=Currency.USD)
    excluded_categories = serializers.ListField(
        child=serializers.ChoiceField(choices=[(name, name) for name in CATEGORIES]), max_length=20, default=list
    )


@extend_schema(parameters=[_HANDLE])
class WorkTermsView(APIView):
    permission_classes = [HasScope]
    required_scope = _SCOPES

    @extend_schema(operation_id="creators_terms", responses=WorkTermsSerializer)
    def get(self, request: Request, handle: str) -> Response:
        """Show on which terms your creator works with brands."""
        creator = find_creator(request=request, handle=handle)
        terms = WorkTerms.objects.filter(creator=creator).first() or WorkTerms(creator=creator)
        return Response(WorkTermsSerializer(terms).data)

    @extend_schema(operation_id="creators_terms_set", request=WorkTermsSerializer, responses=WorkTermsSerializer)
    def put(self, request: Request, handle: str) -> Response:
        """Set them whole; what is left out goes back to its default."""
        creator = find_creator(request=request, handle=handle)
        body = WorkTermsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            terms = set_work_terms(
                creator=creator, acting_user=get_user(request), now=timezone.now(), **body.validated_data
            )
        except InvalidTerms as error:
            raise refuse({name: reasons[0] for name, reasons in error.problems.items()}) from error
        return Response(WorkTermsSerializer(terms).data)


@extend_schema(parameters=[_HANDLE, _OTHER])
class BlockView(APIView):
    permission_classes = [HasScope]
    required_scope = "creators:write"

    @extend_schema(operation_id="creators_blocks_set", request=None, responses={204: None})
    def put(self, request: Request, handle: str, other: str) -> Response:
        """Block another creator: neither of the two is introduced to the other."""
        _set_block(request, handle, other, is_blocked=True)
        return Response(status=204)

    @extend_schema(operation_id="creators_blocks_delete", request=None, responses={204: None})
    def delete(self, request: Request, handle: str, other: str) -> Response:
        """Lift a block."""
        _set_block(request, handle, other, is_blocked=False)
        return Response(status=204)


def _set_block(request: Request, handle: str, other: str, *, is_blocked: bool) -> None:
    creator = find_creator(request=request, handle=handle)
    if "\0" in other or len(other) > _MAX_HANDLE:
        raise Http404
    try:
        blocked = get_findable_creator(handle=other.removeprefix("@").lower())
    except Creator.DoesNotExist as error:
        raise Http404 from error
    if blocked.pk == creator.pk:
        raise refuse({"other": "Nobody blocks himself."})
    set_block(creator=creator, other=blocked, is_blocked=is_blocked, now=timezone.now())
