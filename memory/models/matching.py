"""Matches of brands with creators as they were shown, what was decided on them, and daily introductions."""

from django.conf import settings
from django.db import models

from creators.models import Brand, Creator
from memory.enums import MatchDecisionKind


class BrandMatch(models.Model):
    """One question of a brand and its answer: ``items`` in the order shown, each with its components.

    ``seed`` decided about the slots of newcomers; with the same brief on the same day it is the same.
    """

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, db_index=False, related_name="+")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    brief = models.JSONField()
    seed = models.CharField(max_length=32)
    items = models.JSONField(default=list)
    excluded = models.IntegerField(default=0)
    newcomers = models.IntegerField(default=0)
    requested_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["brand", "-id"], name="brand_match_recent_idx")]
        verbose_name_plural = "brand matches"

    def __str__(self) -> str:
        return f"match {self.pk}"


class MatchDecision(models.Model):
    """What a brand did about a creator it was shown; the latest word stands."""

    match = models.ForeignKey(BrandMatch, on_delete=models.CASCADE, db_index=False, related_name="decisions")
    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=MatchDecisionKind)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["match", "creator"], name="match_decision_unique")]

    def __str__(self) -> str:
        return f"{self.kind} {self.creator_id}"


class Introduction(models.Model):
    """Somebody a creator should meet: one for each of his local days, and why."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="introductions")
    met = models.ForeignKey(Creator, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    score = models.FloatField()
    reason = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creator", "day"], name="introduction_day_unique")]

    def __str__(self) -> str:
        return f"{self.creator_id} meets {self.met_id}"
