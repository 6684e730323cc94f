"""Interactions: the raw social data everything else is derived from."""

from django.db import models

from creators.enums import Platform
from creators.models.creator import Creator
from migration.models.versioned import VersionedModel


class Interaction(VersionedModel):
    """Something that happened on a platform. Captured as dataset ``interactions``.

    ``external_id`` is the platform's id as a string. ``payload`` is the event as received; ``occurred_at`` is the
    platform's instant, ``received_at`` ours.
    """

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="interactions", db_index=False)
    platform = models.CharField(max_length=16, choices=Platform)
    external_id = models.CharField(max_length=200)
    type = models.CharField(max_length=80)
    channel = models.CharField(max_length=200, blank=True)
    author = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    attachments = models.JSONField(default=list, blank=True)
    payload = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creator", "platform", "external_id"], name="interaction_external_id_unique"
            )
        ]
        indexes = [
            models.Index(fields=["creator", "-occurred_at", "-id"], name="interaction_recent_idx"),
            models.Index(fields=["received_at"], name="interaction_received_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.type} {self.external_id}"
