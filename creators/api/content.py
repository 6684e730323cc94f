"""The content catalogue."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from creators.api.creators import find_creator
from creators.api.interaction_serializers import ObjectField
from creators.api.parameters import get_user, read_handle_parameter, read_id, read_interaction_filter, refuse
from creators.enums import Availability, ContentKind, Platform
from creators.models import ContentItem
from creators.queries.content import ContentFilter, get_content, list_content
from veri.platform.http.permissions import HasScope

MAX_TAG = 80


class ContentSerializer(serializers.ModelSerializer[ContentItem]):
    id = serializers.CharField(read_only=True)
    creator = serializers.CharField(source="creator.handle", read_only=True)
    platform = serializers.ChoiceField(choices=Platform.choices, read_only=True)
    kind = serializers.ChoiceField(choices=ContentKind.choices, read_only=True)
    availability = serializers.ChoiceField(choices=Availability.choices, read_only=True)
    metrics = ObjectField(read_only=True)
    url = serializers.CharField(read_only=True)

    class Meta:
        model = ContentItem
        fields = [
            "id",
            "creator",
            "platform",
            "external_id",
            "kind",
            "title",
            "description",
            "tags",
            "topics",
            "language",
            "availability",
            "url",
            "published_at",
            "duration_s",
            "metrics",
            "metrics_at",
        ]
        read_only_fields = fields


class ContentDetailSerializer(ContentSerializer):
    class Meta(ContentSerializer.Meta):
        fields = [*ContentSerializer.Meta.fields, "transcript"]
        read_only_fields = fields


_FILTERS = [
    OpenApiParameter("creator", str, required=True, description="The creator's handle."),
    OpenApiParameter("platform", str, enum=Platform.values),
    OpenApiParameter("kind", str, enum=ContentKind.values),
    OpenApiParameter(
        "availability", str, enum=Availability.values, description="Without it, everything but what was deleted."
    ),
    OpenApiParameter("tag", str, description="One of its tags, like `vegan`."),
    OpenApiParameter("since", OpenApiTypes.DATETIME, description="Published at or after this instant."),
    OpenApiParameter("until", OpenApiTypes.DATETIME, description="Published before this instant."),
]


class ContentListView(generics.ListAPIView[ContentItem]):
    permission_classes = [HasScope]
    required_scope = "interactions:read"
    serializer_class = ContentSerializer
    queryset = ContentItem.objects.none()

    def get_queryset(self) -> QuerySet[ContentItem]:
        parameters = self.request.GET
        kind, availability, tag = (parameters.get(name, "") for name in ("kind", "availability", "tag"))
        errors = {}
        if kind and kind not in ContentKind.values:
            errors["kind"] = f"Must be one of {', '.join(ContentKind.values)}."
        if availability and availability not in Availability.values:
            errors["availability"] = f"Must be one of {', '.join(Availability.values)}."
        if len(tag) > MAX_TAG or "\0" in tag:
            errors["tag"] = f"Must be at most {MAX_TAG} characters without NUL."
        if errors:
            raise refuse(errors)
        read = read_interaction_filter(parameters)
        creator = find_creator(request=self.request, handle=read_handle_parameter(parameters))
        chosen = ContentFilter(
            platform=read.platform,
            kind=kind,
            tag=tag,
            availability=availability,
            since=read.since,
            until=read.until,
        )
        return list_content(creator=creator, chosen=chosen)

    @extend_schema(operation_id="content_list", parameters=_FILTERS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """List a creator's videos, shorts, posts and streams, the newest in the catalogue first."""
        return super().get(request, *args, **kwargs)


class ContentView(generics.RetrieveAPIView[ContentItem]):
    permission_classes = [HasScope]
    required_scope = "interactions:read"
    serializer_class = ContentDetailSerializer
    queryset = ContentItem.objects.none()

    def get_object(self) -> ContentItem:
        try:
            return get_content(content_id=read_id(self.kwargs["id"]), acting_user=get_user(self.request))
        except ContentItem.DoesNotExist as error:
            raise Http404 from error

    @extend_schema(operation_id="content_retrieve", parameters=[OpenApiParameter("id", str, OpenApiParameter.PATH)])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Show one content item with its transcript, where there is one."""
        return super().get(request, *args, **kwargs)
