"""What the search endpoints take and give."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from creators.api.content import ContentSerializer
from creators.api.creator_serializers import TextField
from creators.enums import Platform
from memory.enums import MemoryType, SearchKind
from memory.queries.discovery import COMPONENTS, FoundCreator
from memory.services.own_search import FoundOwn

LONGEST_QUERY = 10_000
LONGEST_NAME = 80
MOST_NAMES = 20
LARGEST_LIMIT = 50


def _names(**options: Any) -> serializers.ListField:
    return serializers.ListField(
        child=TextField(max_length=LONGEST_NAME, **options), max_length=MOST_NAMES, required=False
    )


def _choices(values: Any) -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(choices=values), max_length=MOST_NAMES, required=False)


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses unknown fields: a misspelt filter must not look applied."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if unknown:
            raise serializers.ValidationError({name[:100]: ["Unknown field."] for name in unknown[:10]})
        return super().to_internal_value(data)


class OwnSearchSerializer(StrictSerializer):
    creator = TextField(min_length=3, max_length=31, help_text="The creator's handle.")
    query = TextField(
        max_length=LONGEST_QUERY,
        help_text="At most 10,000 characters. Platforms, hashtags, known brands and times in it become filters.",
    )
    kinds = _choices(SearchKind.choices)
    types = _choices(MemoryType.choices)
    platforms = _choices(Platform.choices)
    brands = _names()
    tags = _names()
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_LIMIT, default=10)


class FoundMemorySerializer(serializers.Serializer[object]):
    type = serializers.ChoiceField(choices=MemoryType.choices)
    state = serializers.CharField()
    text = serializers.CharField()
    valid_from = serializers.DateTimeField()


class FoundInteractionSerializer(serializers.Serializer[object]):
    platform = serializers.ChoiceField(choices=Platform.choices)
    type = serializers.CharField()
    author = serializers.CharField()
    text = serializers.CharField()
    occurred_at = serializers.DateTimeField()


class FoundSerializer(serializers.Serializer[FoundOwn]):
    kind = serializers.ChoiceField(choices=SearchKind.choices)
    id = serializers.CharField()
    score = serializers.FloatField()
    coverage = serializers.FloatField(help_text="The share of the query's weight the words of this text carry.")
    memory = FoundMemorySerializer(required=False, allow_null=True)
    interaction = FoundInteractionSerializer(required=False, allow_null=True)
    content = ContentSerializer(required=False, allow_null=True)


class AppliedFiltersSerializer(serializers.Serializer[object]):
    """The filters in force: given apart, or read out of the query."""

    kinds = serializers.ListField(child=serializers.CharField())
    types = serializers.ListField(child=serializers.CharField())
    platforms = serializers.ListField(child=serializers.CharField())
    brands = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    since = serializers.DateTimeField(allow_null=True)
    until = serializers.DateTimeField(allow_null=True)


class OwnAnswerSerializer(serializers.Serializer[object]):
    results = FoundSerializer(many=True)
    content = FoundSerializer(many=True, help_text="Content items, ranked by themselves.")
    filters = AppliedFiltersSerializer()
    is_hybrid = serializers.BooleanField()


class WeightsSerializer(StrictSerializer):
    semantic = serializers.FloatField(min_value=0, max_value=1, required=False)
    popularity = serializers.FloatField(min_value=0, max_value=1, required=False)
    recency = serializers.FloatField(min_value=0, max_value=1, required=False)
    personalisation = serializers.FloatField(min_value=0, max_value=1, required=False)
    diversity = serializers.FloatField(min_value=0, max_value=1, required=False)


class CreatorSearchSerializer(StrictSerializer):
    query = TextField(max_length=LONGEST_QUERY, allow_blank=True, default="", help_text="May be empty with filters.")
    brand = TextField(max_length=50, required=False, help_text="The slug of the brand you act for, if several.")
    tags = _names()
    platforms = _choices(Platform.choices)
    countries = serializers.ListField(
        child=serializers.RegexField(r"\A[A-Z]{2}\Z", max_length=2), max_length=MOST_NAMES, required=False
    )
    languages = _names()
    active_since = serializers.DateTimeField(required=False)
    weights = WeightsSerializer(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_LIMIT, default=10)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        filters = ("tags", "platforms", "countries", "languages", "active_since")
        if not attrs["query"].strip() and not any(attrs.get(name) for name in filters):
            raise serializers.ValidationError({"query": ["Give a query, a filter, or both."]})
        return attrs


class ComponentSerializer(serializers.Serializer[object]):
    value = serializers.FloatField(help_text="0 to 1.")
    weight = serializers.FloatField()
    contribution = serializers.FloatField(help_text="Value times weight; the contributions sum to the score.")


class RankingSerializer(serializers.Serializer[object]):
    semantic = ComponentSerializer()
    popularity = ComponentSerializer()
    recency = ComponentSerializer()
    personalisation = ComponentSerializer()
    diversity = ComponentSerializer()


class FoundCreatorSerializer(serializers.Serializer[FoundCreator]):
    handle = serializers.CharField()
    display_name = serializers.CharField()
    country = serializers.CharField()
    language = serializers.CharField()
    excerpt = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    platforms = serializers.ListField(child=serializers.CharField())
    last_active_at = serializers.DateTimeField(allow_null=True)
    score = serializers.FloatField()
    why = serializers.SerializerMethodField()

    @extend_schema_field(RankingSerializer)
    def get_why(self, found: FoundCreator) -> dict[str, dict[str, float]]:
        return {
            name: {
                "value": found.components[name],
                "weight": getattr(found.weights, name),
                "contribution": found.contributions[name],
            }
            for name in COMPONENTS
        }


class FoundCreatorsSerializer(serializers.Serializer[object]):
    results = FoundCreatorSerializer(many=True)
