"""Content items: what creators published, as the catalogue knows it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from creators.enums import Availability, ContentKind, Platform
from creators.models.creator import Creator
from creators.models.interaction import Interaction


class ContentItem(models.Model):
    """A video, short, post or stream, merged from everything that was ever told of it.

    ``told_at`` holds for each field the instant of the observation its value is from (ISO 8601): the latest wins, in
    whatever order observations arrive. A deletion is final. ``metrics`` is one snapshot of counters, of ``metrics_at``.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="content_items")
    platform = models.CharField(max_length=16, choices=Platform)
    external_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=8, choices=ContentKind)
    title = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    tags = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    topics = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    language = models.CharField(max_length=16, blank=True)
    availability = models.CharField(max_length=8, choices=Availability, default=Availability.PUBLIC)
    url = models.CharField(max_length=500, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    duration_s = models.PositiveIntegerField(null=True, blank=True)
    metrics = models.JSONField(default=dict, blank=True)
    metrics_at = models.DateTimeField(null=True, blank=True)
    transcript = models.TextField(blank=True)
    told_at = models.JSONField(default=dict)
    interaction = models.ForeignKey(Interaction, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creator", "platform", "external_id"], name="content_external_id_unique")
        ]
        indexes = [models.Index(fields=["creator", "-published_at", "-id"], name="content_recent_idx")]

    def __str__(self) -> str:
        return self.title[:80] or f"{self.platform} {self.external_id}"
