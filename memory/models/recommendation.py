"""Recommendations as computed, kept for a day."""

from django.db import models
from django.db.models import Q

from creators.models import Brand, Creator
from memory.enums import RecommendationKind


class RecommendationSet(models.Model):
    """One list for one brand or creator. ``items`` are in order, each with its score and why.

    Good until ``expires_at`` and while ``generation`` is the present one of what it rests on.
    """

    kind = models.CharField(max_length=16, choices=RecommendationKind)
    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, null=True, db_index=False, related_name="+")
    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, null=True, db_index=False, related_name="+")
    items = models.JSONField(default=list)
    generation = models.CharField(max_length=120)
    computed_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(brand__isnull=False, creator__isnull=True) | Q(brand__isnull=True, creator__isnull=False),
                name="recommendation_for_brand_or_creator",
            ),
            models.UniqueConstraint(fields=["brand", "kind"], name="recommendation_brand_unique"),
            models.UniqueConstraint(fields=["creator", "kind"], name="recommendation_creator_unique"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="recommendation_expiry_idx")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.brand or self.creator}"
