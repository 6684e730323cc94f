"""What a collaboration may return, for the brand that considers it."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.campaign_enums import Side
from billing.models import Collaboration
from billing.money import LARGEST_MINOR
from billing.queries.campaigns.parties import find_actor, list_collaborations
from creators.api.parameters import get_user, read_id
from memory.api.search_serializers import StrictSerializer
from memory.errors import PredictionRefused
from memory.models import ReturnPrediction
from memory.prediction.features import DESCRIPTIONS
from memory.prediction.model import COVERAGE
from memory.queries.predictions import list_predictions
from memory.services.prediction.predicting import predict_return
from veri.platform.http.pagination import CursorPagination
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import CONFLICT, PERMISSION_DENIED, ProblemError

_ID = OpenApiParameter("id", str, OpenApiParameter.PATH, description="The collaboration's id.")


class PredictionQuestionSerializer(StrictSerializer):
    fee_minor = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_MINOR,
        required=False,
        help_text="A fee that is considered, in minor units of the campaign's currency; by default the agreed one.",
    )


class EffectSerializer(serializers.Serializer[Any]):
    feature = serializers.CharField()
    meaning = serializers.SerializerMethodField()
    factor = serializers.FloatField(help_text="By what the return is multiplied, compared with an average campaign.")
    is_known = serializers.BooleanField(help_text="False: not known, a usual value stands in for it.")

    @extend_schema_field(serializers.CharField())
    def get_meaning(self, effect: dict[str, Any]) -> str:
        return DESCRIPTIONS.get(effect["feature"], str(effect["feature"]))


class PredictionSerializer(serializers.ModelSerializer[ReturnPrediction]):
    id = serializers.CharField()
    fee = serializers.SerializerMethodField(help_text="What was asked about, in units of the currency.")
    multiple = serializers.FloatField(
        allow_null=True, help_text="Attributed revenue by fee: 1 brings back what was paid. Null when refused."
    )
    low = serializers.FloatField(allow_null=True, help_text=f"Within low and high in {COVERAGE:.0%} of cases.")
    high = serializers.FloatField(allow_null=True)
    effects = EffectSerializer(many=True, help_text="The strongest first.")
    refusal = serializers.CharField(help_text="Why nothing can be said; empty otherwise.")
    actual = serializers.FloatField(allow_null=True, help_text="What came, once it was reported.")

    class Meta:
        model = ReturnPrediction
        fields = ["id", "cause", "fee", "multiple", "low", "high", "effects", "refusal", "made_at", "actual"]

    @extend_schema_field(serializers.FloatField())
    def get_fee(self, prediction: ReturnPrediction) -> float:
        return float(prediction.features["fee"])


class PredictionListView(generics.ListAPIView[ReturnPrediction]):
    permission_classes = [HasScope]
    required_scope = {"GET": "campaigns:read", "POST": "campaigns:write"}
    serializer_class = PredictionSerializer
    pagination_class = CursorPagination
    queryset = ReturnPrediction.objects.none()

    def get_queryset(self) -> QuerySet[ReturnPrediction]:
        collaboration = _find_collaboration(self.request, self.kwargs["id"])
        return list_predictions(acting_user=get_user(self.request)).filter(collaboration=collaboration)

    @extend_schema(operation_id="collaborations_predictions", parameters=[_ID])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List what was predicted of a collaboration of a brand you act for, the latest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="collaborations_predict",
        parameters=[_ID],
        request=PredictionQuestionSerializer,
        responses={201: PredictionSerializer},
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Predict what a collaboration returns, with bounds and reasons; refuses in words where data are too few.

        409: there is no fee to predict for, or the creator is no longer here.
        """
        body = PredictionQuestionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        try:
            said = predict_return(
                collaboration=_find_collaboration(request, id),
                fee_minor=body.validated_data.get("fee_minor"),
                acting_user=get_user(request),
                now=timezone.now(),
            )
        except PredictionRefused as refused:
            raise ProblemError(kind=CONFLICT, detail=str(refused)) from refused
        return Response(PredictionSerializer(said).data, status=201)


def _find_collaboration(request: Request, raw: str) -> Collaboration:
    """Return a collaboration of a brand the caller acts for; to its creator the brand's considerations are closed."""
    user = get_user(request)
    found = list_collaborations(acting_user=user).filter(pk=read_id(raw)).first()
    actor = find_actor(collaboration=found, acting_user=user) if found else None
    if found is None or actor is None:
        raise Http404
    if actor.side == Side.CREATOR:
        raise ProblemError(kind=PERMISSION_DENIED, detail="Predictions are the brand's own considerations.")
    return found
