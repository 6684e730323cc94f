"""Recommendations."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.brands import find_acting_brand
from creators.api.creators import find_creator
from creators.api.parameters import get_user, read_handle_parameter, refuse
from memory.enums import RecommendationKind
from memory.models import RecommendationSet
from memory.services.recommendations import recommend_campaigns, recommend_content_ideas, recommend_creators
from memory.services.tastes import Subject
from veri.platform.http.permissions import HasScope


class IdeaEvidenceSerializer(serializers.Serializer[Any]):
    content_id = serializers.CharField()
    handle = serializers.CharField()
    title = serializers.CharField()
    views = serializers.IntegerField()
    gain = serializers.FloatField(help_text="Views over the middle of this maker's on the platform.")


class RecommendedSerializer(serializers.Serializer[Any]):
    """A creator (`handle`, `why`), a content idea (`topic`, `makers`, `gain`, `evidence`) or a campaign's offer."""

    score = serializers.FloatField()
    handle = serializers.CharField(required=False)
    display_name = serializers.CharField(required=False)
    why = serializers.DictField(
        child=serializers.FloatField(), required=False, help_text="What each component adds to the score."
    )
    topic = serializers.CharField(required=False)
    gain = serializers.FloatField(required=False)
    makers = serializers.IntegerField(required=False, help_text="How many similar creators made it.")
    evidence = IdeaEvidenceSerializer(many=True, required=False)
    collaboration_id = serializers.CharField(required=False)
    campaign = serializers.CharField(required=False, help_text="Its title.")
    brand = serializers.CharField(required=False)
    fee_minor = serializers.IntegerField(required=False)
    currency = serializers.CharField(required=False)


class RecommendationsSerializer(serializers.ModelSerializer[RecommendationSet]):
    kind = serializers.ChoiceField(choices=RecommendationKind.choices)
    items = RecommendedSerializer(many=True)

    class Meta:
        model = RecommendationSet
        fields = ["kind", "items", "computed_at", "expires_at"]
        read_only_fields = fields


class RecommendationsView(APIView):
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(
        operation_id="recommendations_list",
        parameters=[
            OpenApiParameter("kind", str, required=True, enum=RecommendationKind.values),
            OpenApiParameter("creator", str, description="Your creator, for content ideas and campaigns."),
            OpenApiParameter("brand", str, description="The slug of your brand, for creators, if you have several."),
        ],
        responses=RecommendationsSerializer,
    )
    def get(self, request: Request) -> Response:
        """Recommend creators to a brand, or content ideas and campaigns to a creator.

        Kept for a day, and made anew when what they rest on changes. Campaigns are those a creator holds an offer for.
        """
        kind = request.GET.get("kind", "")
        if kind not in RecommendationKind.values:
            raise refuse({"kind": f"Must be one of {', '.join(RecommendationKind.values)}."})
        return Response(RecommendationsSerializer(_recommend(request, kind)).data)


def _recommend(request: Request, kind: str) -> RecommendationSet:
    now = timezone.now()
    if kind == RecommendationKind.CREATORS:
        brand = find_acting_brand(request=request, slug=request.GET.get("brand", "").replace("\0", ""))
        return recommend_creators(brand=brand, subject=Subject(user=get_user(request), brand=brand), now=now)
    creator = find_creator(request=request, handle=read_handle_parameter(request.GET))
    if kind == RecommendationKind.CAMPAIGNS:
        return recommend_campaigns(creator=creator, now=now)
    return recommend_content_ideas(creator=creator, now=now)
