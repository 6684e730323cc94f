"""Achievements: what a creator reached, by which version of its rule, once and for good."""

from django.db import models

from creators.models.creator import Creator


class Achievement(models.Model):
    """A tier of an achievement. A revoked one keeps its row, so that it is not awarded again."""

    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="achievements")
    code = models.CharField(max_length=30)
    tier = models.IntegerField()
    rule_version = models.IntegerField()
    awarded_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creator", "code", "tier"], name="achievement_unique")]

    def __str__(self) -> str:
        return f"{self.code} {self.tier}"
