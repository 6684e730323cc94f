"""Search: one's own memory, and creators for brands."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from creators.api.brands import find_acting_brand
from creators.api.creators import find_creator
from creators.api.parameters import get_user, refuse
from creators.models import Creator, CreatorSummary
from memory.api.search_serializers import (
    LONGEST_NAME,
    CreatorSearchSerializer,
    FoundCreatorsSerializer,
    OwnAnswerSerializer,
    OwnSearchSerializer,
)
from memory.api.tagged_serializer import TaggedCreatorSerializer
from memory.queries.discovery import CreatorFilters
from memory.queries.found_creators import get_found_creator, list_tagged
from memory.services.discovery import DiscoveryQuestion, list_similar, search_creators
from memory.services.own_search import OwnQuestion, search_own
from memory.services.tastes import Subject
from veri.platform.http.pagination import CursorPagination
from veri.platform.http.permissions import HasScope

SIMILAR = 10
_SETS = {"kinds", "types", "platforms"}
_LISTS = {"brands", "tags"}
_OWN_EXAMPLE = OpenApiExample(
    "Words and filters in one sentence",
    request_only=True,
    value={"creator": "lumenkitchen", "query": "bread recipes on TikTok last month with #vegan"},
)
_CREATORS_EXAMPLE = OpenApiExample(
    "Creators for a campaign",
    request_only=True,
    value={"query": "plant-based home cooking", "platforms": ["tiktok"], "countries": ["PT"], "limit": 5},
)


class OwnSearchView(APIView):
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(
        operation_id="search", request=OwnSearchSerializer, responses=OwnAnswerSerializer, examples=[_OWN_EXAMPLE]
    )
    def post(self, request: Request) -> Response:
        """Search the memories, interactions and content of one of your creators.

        Platforms, hashtags, brands the creator knows and times like "last month" in the query become filters; filters
        given apart win. What is found and the filters in force are returned; a query without any word that can be
        looked for finds nothing.
        """
        body = OwnSearchSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = dict(body.validated_data)
        creator = find_creator(request=request, handle=given.pop("creator"))
        for name in _SETS & given.keys():
            given[name] = frozenset(given[name])
        for name in _LISTS & given.keys():
            given[name] = tuple(given[name])
        question = OwnQuestion(creator_id=creator.pk, **given)
        answer = search_own(question=question, now=timezone.now())
        return Response(OwnAnswerSerializer(answer).data)


class TaggedPagination(CursorPagination):
    ordering = "creator_id"


class CreatorSearchView(generics.ListAPIView[CreatorSummary]):
    permission_classes = [HasScope]
    required_scope = "search"
    serializer_class = TaggedCreatorSerializer
    pagination_class = TaggedPagination
    queryset = CreatorSummary.objects.none()

    def get_queryset(self) -> QuerySet[CreatorSummary]:
        find_acting_brand(request=self.request, slug=self.request.GET.get("brand", "").replace("\0", ""))
        tag = self.request.GET.get("tag", "").strip().lower().removeprefix("#")
        if not tag or len(tag) > LONGEST_NAME or "\0" in tag:
            raise refuse({"tag": f"A tag of 1 to {LONGEST_NAME} characters is required."})
        return list_tagged(tag=tag)

    @extend_schema(
        operation_id="search_creators_by_tag",
        parameters=[
            OpenApiParameter("tag", str, required=True, description="One tag, like `vegan`."),
            OpenApiParameter("brand", str, description="The slug of the brand you act for, if several."),
        ],
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List the consenting creators with a tag, or whose public content has it."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="search_creators",
        request=CreatorSearchSerializer,
        responses=FoundCreatorsSerializer,
        examples=[_CREATORS_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Search creators for a brand you act for, over what consenting creators made public.

        Each result tells the value, weight and contribution of every component of its score.
        """
        body = CreatorSearchSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        brand = find_acting_brand(request=request, slug=given.get("brand", ""))
        names = ("tags", "platforms", "countries", "languages", "active_since")
        question = DiscoveryQuestion(
            query=given["query"],
            filters=CreatorFilters(**{name: given[name] for name in names if name in given}),
            weights=dict(given.get("weights", {})),
            limit=given["limit"],
        )
        subject = Subject(user=get_user(request), brand=brand)
        answer = search_creators(question=question, subject=subject, now=timezone.now())
        return Response(FoundCreatorsSerializer(answer).data)


class SimilarCreatorsView(APIView):
    permission_classes = [HasScope]
    required_scope = "search"

    @extend_schema(
        operation_id="creators_similar",
        parameters=[OpenApiParameter("handle", str, OpenApiParameter.PATH, description="The creator's handle.")],
        responses=FoundCreatorsSerializer,
    )
    def get(self, request: Request, handle: str) -> Response:
        """List consenting creators like one of yours, or like one who may be found by brands."""
        try:
            creator = find_creator(request=request, handle=handle)
        except Http404:
            creator = _find_public(handle)
        found = list_similar(creator=creator, limit=SIMILAR, now=timezone.now())
        return Response(FoundCreatorsSerializer({"results": found}).data)


def _find_public(handle: str) -> Creator:
    try:
        return get_found_creator(handle=handle.removeprefix("@").lower())
    except (Creator.DoesNotExist, ValueError) as error:
        raise Http404 from error
