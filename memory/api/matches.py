"""Matches for brands, what they decide on them, and introductions for creators."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.brands import find_acting_brand
from creators.api.creator_serializers import TextField
from creators.api.creators import find_creator
from creators.api.parameters import get_user, read_id
from creators.categories import CATEGORIES
from creators.enums import Currency
from creators.task_rules import PUBLIC_PLATFORMS
from memory.api.search_serializers import LONGEST_NAME, MOST_NAMES, StrictSerializer
from memory.enums import MatchDecisionKind
from memory.errors import NotInMatch
from memory.models import BrandMatch
from memory.queries.found_creators import find_creator_id
from memory.queries.matches import list_matches, show_items
from memory.services.introductions import get_introduction
from memory.services.matching import WEIGHTS, Brief, match_creators, record_decision
from veri.platform.http.permissions import HasScope
from veri.platform.http.problems import CONFLICT, ProblemError

LONGEST_BRIEF = 5_000
MOST_MATCHES = 50
USUAL_DAYS = 30


def _choose(values: Any) -> serializers.ListField:
    choices = [(value, value) for value in values]
    return serializers.ListField(child=serializers.ChoiceField(choices=choices), max_length=MOST_NAMES, required=False)


class BriefSerializer(StrictSerializer):
    text = TextField(max_length=LONGEST_BRIEF, allow_blank=True, default="", help_text="What the campaign is about.")
    platforms = _choose(PUBLIC_PLATFORMS)
    countries = serializers.ListField(
        child=serializers.RegexField(r"\A[A-Z]{2}\Z", max_length=2), max_length=MOST_NAMES, required=False
    )
    languages = serializers.ListField(child=TextField(max_length=LONGEST_NAME), max_length=MOST_NAMES, required=False)
    categories = _choose(CATEGORIES)
    exclusive_categories = _choose(CATEGORIES)
    budget_minor = serializers.IntegerField(
        min_value=0, max_value=10**15, required=False, help_text="For one creator, at most, in minor units."
    )
    currency = serializers.ChoiceField(choices=Currency.choices, default=Currency.USD)
    starts_on = serializers.DateField(required=False, help_text="By default today.")
    ends_on = serializers.DateField(required=False, help_text="The day after the last; by default in 30 days.")
    limit = serializers.IntegerField(min_value=1, max_value=MOST_MATCHES, default=10)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.setdefault("starts_on", timezone.now().date())
        if "ends_on" not in attrs:
            attrs["ends_on"] = min(attrs["starts_on"], date.max - timedelta(days=USUAL_DAYS)) + timedelta(
                days=USUAL_DAYS
            )
        if attrs["ends_on"] <= attrs["starts_on"]:
            raise serializers.ValidationError({"ends_on": ["Must be after starts_on."]})
        return attrs


class MatchRequestSerializer(StrictSerializer):
    brand = TextField(max_length=50, required=False, help_text="The slug of the brand you act for, if several.")
    brief = BriefSerializer()


class MatchComponentSerializer(serializers.Serializer[Any]):
    value = serializers.FloatField(help_text="0 to 1.")
    weight = serializers.FloatField()
    contribution = serializers.FloatField(help_text="Value times weight; the contributions sum to the score.")


class MatchedSerializer(serializers.Serializer[Any]):
    handle = serializers.CharField()
    display_name = serializers.CharField()
    excerpt = serializers.CharField()
    platforms = serializers.ListField(child=serializers.CharField())
    score = serializers.FloatField()
    is_newcomer = serializers.BooleanField(help_text="Listed within thirty days: a tenth of the slots is theirs.")
    why = serializers.DictField(child=MatchComponentSerializer())


class MatchSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    requested_at = serializers.DateTimeField()
    excluded = serializers.IntegerField(help_text="Creators whose terms or exclusivities stand against the brief.")
    results = MatchedSerializer(many=True)


class DecisionSerializer(StrictSerializer):
    handle = TextField(min_length=3, max_length=31)
    decision = serializers.ChoiceField(choices=MatchDecisionKind.choices)


class MatchListView(APIView):
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(
        operation_id="matches_create",
        request=MatchRequestSerializer,
        responses={201: MatchSerializer},
        examples=[
            OpenApiExample(
                "A campaign",
                request_only=True,
                value={"brief": {"text": "plant-based home cooking", "platforms": ["tiktok"], "categories": ["food"]}},
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Match a brief of a brand you act for with consenting creators.

        Platforms, countries, languages, budget, availability and exclusivities exclude; the rest is weighed, and each
        result tells how. What was shown is kept, so that decisions on it can be measured.
        """
        body = MatchRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        brand = find_acting_brand(request=request, slug=given.get("brand", ""))
        found = match_creators(
            brand=brand, brief=Brief(**given["brief"]), acting_user=get_user(request), now=timezone.now()
        )
        return Response(_describe(found), status=201)


class MatchView(APIView):
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(
        operation_id="matches_retrieve",
        parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH)],
        responses=MatchSerializer,
    )
    def get(self, request: Request, id: str) -> Response:  # noqa: A002  the path's name
        """Show a match again: those of it who may be found now."""
        return Response(_describe(_find_match(request, id)))


class MatchDecisionView(APIView):
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(
        operation_id="matches_decide",
        parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH)],
        request=DecisionSerializer,
        responses={200: DecisionSerializer},
    )
    def post(self, request: Request, id: str) -> Response:  # noqa: A002  same
        """Say what became of a creator you were shown; 409 when the match did not show him."""
        body = DecisionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        match = _find_match(request, id)
        handle = body.validated_data["handle"].removeprefix("@").lower()
        creator_id = find_creator_id(handle=handle) if "\0" not in handle else None
        try:
            decision = record_decision(
                match=match,
                creator_id=creator_id or 0,
                kind=MatchDecisionKind(body.validated_data["decision"]),
                acting_user=get_user(request),
                now=timezone.now(),
            )
        except NotInMatch as error:
            raise ProblemError(kind=CONFLICT, detail=str(error)) from error
        return Response({"handle": handle, "decision": decision.kind})


class IntroducedSerializer(serializers.Serializer[Any]):
    handle = serializers.CharField()
    display_name = serializers.CharField()
    excerpt = serializers.CharField()
    likeness = serializers.FloatField()
    shared = serializers.ListField(child=serializers.CharField(), help_text="Tags both have.")
    new = serializers.ListField(child=serializers.CharField(), help_text="Tags yours does not have.")


class IntroductionSerializer(serializers.Serializer[Any]):
    day = serializers.DateField(help_text="Your creator's local day.")
    introduction = IntroducedSerializer(allow_null=True)


class IntroductionView(APIView):
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(
        operation_id="creators_introduction",
        parameters=[OpenApiParameter("handle", str, OpenApiParameter.PATH, description="Your creator's handle.")],
        responses=IntroductionSerializer,
    )
    def get(self, request: Request, handle: str) -> Response:
        """Show somebody your creator should meet: one a day, nobody twice within sixty days."""
        creator = find_creator(request=request, handle=handle)
        day, found = get_introduction(creator=creator, now=timezone.now())
        met = found and {
            "handle": found.met.handle,
            "display_name": found.met.display_name,
            "excerpt": found.met.summary.excerpt,
            **found.reason,
        }
        return Response(IntroductionSerializer({"day": day, "introduction": met}).data)


def _find_match(request: Request, raw: str) -> BrandMatch:
    found = list_matches(acting_user=get_user(request)).filter(pk=read_id(raw)).first()
    if found is None:
        raise Http404
    return found


def _describe(match: BrandMatch) -> dict[str, Any]:
    results = [
        {
            **item,
            "why": {
                name: {"value": value, "weight": WEIGHTS[name], "contribution": value * WEIGHTS[name]}
                for name, value in item["components"].items()
            },
        }
        for item in show_items(match=match)
    ]
    shown = {
        "id": str(match.pk),
        "requested_at": match.requested_at,
        "excluded": match.excluded,
        "results": results,
    }
    return dict(MatchSerializer(shown).data)
