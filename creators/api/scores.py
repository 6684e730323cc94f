"""VeriScore: the owner sees everything it rests on, a brand the value and its reasons, if the creator allows it."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.creators import find_creator
from creators.api.parameters import get_user
from creators.models import AccountSnapshot, Creator, CreatorScore, LatestScore
from creators.queries.brands import list_brands
from creators.queries.scoring.scores import ScoreExplanation, find_score, find_shown_score, list_scores
from veri.platform.http.permissions import HasScope

_HANDLE = OpenApiParameter("handle", str, OpenApiParameter.PATH, description="The creator's handle.")


class ScoreComponentSerializer(serializers.Serializer[Any]):
    s = serializers.FloatField(help_text="Strength, 0 to 1.")
    q = serializers.FloatField(help_text="How much of it is known, 0 to 1; the rest counts 0.4.")
    w = serializers.IntegerField(help_text="Weight in points.")
    contribution = serializers.CharField(help_text="Exact points; they sum to `exact`.")


class ScorePartSerializer(serializers.Serializer[Any]):
    s = serializers.FloatField()
    q = serializers.FloatField()


class PlatformScoreSerializer(serializers.Serializer[Any]):
    value = serializers.IntegerField()
    engagement = ScorePartSerializer()
    authenticity = ScorePartSerializer(help_text="Authenticity signals; no audit of followers.")
    reach = ScorePartSerializer()
    growth = ScorePartSerializer()


class ScoreReasonSerializer(serializers.Serializer[Any]):
    component = serializers.CharField()
    points = serializers.CharField(help_text="Points above or below what nothing known would give.")
    text = serializers.CharField()


class ScoreReasonsSerializer(serializers.Serializer[Any]):
    up = ScoreReasonSerializer(many=True)
    down = ScoreReasonSerializer(many=True)


class RawFiguresSerializer(serializers.ModelSerializer[AccountSnapshot]):
    platform = serializers.CharField()

    class Meta:
        model = AccountSnapshot
        fields = ["platform", "taken_at", "followers", "views", "items"]
        read_only_fields = fields


class ScoreSerializer(serializers.Serializer[Any]):
    """Brands see what always is there; the owner also what is marked optional."""

    value = serializers.IntegerField(allow_null=True, help_text="0 to 100; null before the first computation.")
    is_provisional = serializers.BooleanField(help_text="Less than half of the weight is known.")
    version = serializers.CharField()
    computed_at = serializers.DateTimeField(allow_null=True)
    reasons = ScoreReasonsSerializer()
    id = serializers.CharField(required=False)
    exact = serializers.CharField(required=False, help_text="Before rounding and capping.")
    is_capped = serializers.BooleanField(required=False, help_text="Held down after a platform was disconnected.")
    capped_until = serializers.DateTimeField(required=False, allow_null=True)
    components = serializers.DictField(child=ScoreComponentSerializer(), required=False)
    platforms = serializers.DictField(child=PlatformScoreSerializer(), required=False)
    moved = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="Points each component moved since the score before."
    )
    raw = RawFiguresSerializer(
        many=True, required=False, help_text="YouTube's own figures, which enter no score before its terms allow it."
    )


class ScoreHistorySerializer(serializers.ModelSerializer[CreatorScore]):
    id = serializers.CharField()
    exact = serializers.CharField()
    reasons = ScoreReasonsSerializer()

    class Meta:
        model = CreatorScore
        fields = ["id", "value", "exact", "is_provisional", "is_capped", "version", "reasons", "computed_at"]
        read_only_fields = fields


class ScoreView(APIView):
    permission_classes = [HasScope]
    required_scope = "creators:read"

    @extend_schema(operation_id="creators_score", parameters=[_HANDLE], responses=ScoreSerializer)
    def get(self, request: Request, handle: str) -> Response:
        """Show a creator's VeriScore: your own with everything it was computed from.

        Members of a brand see the value and its main reasons of creators who allow `brand_metrics`, and 404 otherwise.
        """
        try:
            creator = find_creator(request=request, handle=handle)
        except Http404:
            return Response(_describe_shown(_find_shown(request, handle)))
        return Response(_describe(find_score(creator=creator, now=timezone.now())))


@extend_schema(parameters=[_HANDLE])
class ScoreHistoryView(generics.ListAPIView[CreatorScore]):
    permission_classes = [HasScope]
    required_scope = "creators:read"
    serializer_class = ScoreHistorySerializer
    queryset = CreatorScore.objects.none()

    def get_queryset(self) -> QuerySet[CreatorScore]:
        creator: Creator = find_creator(request=self.request, handle=self.kwargs["handle"])
        return list_scores(creator=creator)

    @extend_schema(operation_id="creators_score_history")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List your creator's scores, the latest first; one for every change of what they rest on."""
        return super().get(request, *args, **kwargs)


def _find_shown(request: Request, handle: str) -> LatestScore:
    """Return the score a member of a brand may see, or 404 in the same words for everything else."""
    if "\0" in handle or not list_brands(acting_user=get_user(request)).exists():
        raise Http404
    found = find_shown_score(handle=handle.removeprefix("@").lower())
    if found is None:
        raise Http404
    return found


def _describe_shown(latest: LatestScore) -> dict[str, Any]:
    return {
        "value": latest.value,
        "is_provisional": latest.is_provisional,
        "version": latest.score.version,
        "computed_at": latest.score.computed_at,
        "reasons": latest.score.reasons,
    }


def _describe(found: ScoreExplanation | None) -> dict[str, Any]:
    if found is None:
        empty: dict[str, list[Any]] = {"up": [], "down": []}
        return {"value": None, "is_provisional": True, "version": "", "computed_at": None, "reasons": empty}
    score = found.score
    return {
        **_describe_shown(found.latest),
        "id": str(score.pk),
        "exact": str(score.exact),
        "is_capped": score.is_capped,
        "capped_until": found.latest.capped_until,
        "components": score.components,
        "platforms": score.platforms,
        "moved": found.moved,
        "raw": RawFiguresSerializer(found.raw, many=True).data,
    }
