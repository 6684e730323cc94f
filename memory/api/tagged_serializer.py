"""The wire form of creators listed by tag."""

from rest_framework import serializers

from creators.models import CreatorSummary


class TaggedCreatorSerializer(serializers.ModelSerializer[CreatorSummary]):
    handle = serializers.CharField(source="creator.handle", read_only=True)
    display_name = serializers.CharField(source="creator.display_name", read_only=True)
    country = serializers.CharField(source="creator.country", read_only=True)
    language = serializers.CharField(source="creator.language", read_only=True)

    class Meta:
        model = CreatorSummary
        fields = [
            "handle",
            "display_name",
            "country",
            "language",
            "excerpt",
            "tags",
            "platforms",
            "last_active_at",
        ]
        read_only_fields = fields
