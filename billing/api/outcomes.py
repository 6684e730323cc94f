"""What a collaboration brought, as its brand reports it."""

from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.campaign_errors import InvalidTerms, MoveNotAllowed, MoveNotPossible
from billing.models import CampaignOutcome, Collaboration
from billing.queries.campaigns.parties import find_actor, list_collaborations
from billing.services.campaigns.outcomes import FIGURES, LARGEST_FIGURE, report_outcome
from creators.api.parameters import get_user, read_id, refuse
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import CONFLICT, PERMISSION_DENIED, ProblemError

_ID = OpenApiParameter("id", str, OpenApiParameter.PATH, description="The collaboration's id.")


class OutcomeSerializer(serializers.ModelSerializer[CampaignOutcome]):
    revenue_minor = serializers.IntegerField(
        min_value=0, max_value=10**15, help_text="What you attribute to it, in minor units of the campaign's currency."
    )
    views = serializers.IntegerField(min_value=0, max_value=LARGEST_FIGURE, required=False, allow_null=True)
    engagements = serializers.IntegerField(min_value=0, max_value=LARGEST_FIGURE, required=False, allow_null=True)
    clicks = serializers.IntegerField(min_value=0, max_value=LARGEST_FIGURE, required=False, allow_null=True)
    conversions = serializers.IntegerField(min_value=0, max_value=LARGEST_FIGURE, required=False, allow_null=True)

    class Meta:
        model = CampaignOutcome
        fields = ["revenue_minor", *FIGURES, "first_reported_at", "reported_at"]
        read_only_fields = ["first_reported_at", "reported_at"]


class OutcomeView(APIView):
    permission_classes = [HasScope]

    required_scope = {"GET": "campaigns:read", "PUT": "campaigns:write"}

    @extend_schema(operation_id="collaborations_outcome", parameters=[_ID], responses=OutcomeSerializer)
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Show what was reported; 404 while nothing was."""
        outcome = CampaignOutcome.objects.filter(collaboration=_find_collaboration(request, id)).first()
        if outcome is None:
            raise Http404
        return Response(OutcomeSerializer(outcome).data)

    @extend_schema(
        operation_id="collaborations_report_outcome",
        parameters=[_ID],
        request=OutcomeSerializer,
        responses=OutcomeSerializer,
    )
    def put(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Report what a collaboration brought; the latest report counts, the history keeps all.

        403: it is for the brand to report. 409: nothing was published yet.
        """
        body = OutcomeSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        collaboration = _find_collaboration(request, id)
        actor = find_actor(collaboration=collaboration, acting_user=get_user(request))
        if actor is None:
            raise Http404
        figures: dict[str, Any] = body.validated_data
        try:
            outcome = report_outcome(collaboration=collaboration, figures=figures, actor=actor, now=timezone.now())
        except InvalidTerms as error:
            raise refuse(error.problems) from error
        except MoveNotAllowed as error:
            raise ProblemError(kind=PERMISSION_DENIED, detail=str(error)) from error
        except MoveNotPossible as error:
            raise ProblemError(kind=CONFLICT, detail=str(error)) from error
        return Response(OutcomeSerializer(outcome).data)


def _find_collaboration(request: Request, raw: str) -> Collaboration:
    found = list_collaborations(acting_user=get_user(request)).filter(pk=read_id(raw)).first()
    if found is None:
        raise Http404
    return found
