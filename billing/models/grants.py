"""Quota grants: how much of a feature a creator was given, by whom, and what was taken from which."""

from django.db import models
from django.db.models import F, Q

from billing.enums import GrantSource
from billing.models.allowance import Allowance
from creators.models import Creator


class QuotaGrant(models.Model):
    """So many units of a feature, in ``[valid_from, expires_at)``; those of the lowest priority are used first."""

    key = models.CharField(max_length=120)
    creator = models.ForeignKey(Creator, on_delete=models.CASCADE, db_index=False, related_name="quota_grants")
    feature = models.CharField(max_length=40)
    units = models.PositiveBigIntegerField()
    source = models.CharField(max_length=12, choices=GrantSource)
    priority = models.PositiveSmallIntegerField()
    valid_from = models.DateTimeField()
    expires_at = models.DateTimeField()
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key"], name="quota_grant_key_unique"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("valid_from")), name="quota_grant_period_forward"),
        ]
        indexes = [models.Index(fields=["creator", "feature", "expires_at"], name="quota_grant_creator_idx")]

    def __str__(self) -> str:
        return f"{self.units} {self.feature} ({self.source})"


class QuotaUse(models.Model):
    """Units of a month's use that were taken from a grant, or from what everybody has; append-only."""

    grant = models.ForeignKey(QuotaGrant, on_delete=models.CASCADE, null=True, related_name="uses")
    allowance = models.ForeignKey(Allowance, on_delete=models.CASCADE, related_name="grant_uses")
    units = models.PositiveBigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(units__gt=0), name="quota_use_units_positive")]

    def __str__(self) -> str:
        return f"{self.units} of grant {self.grant_id or 'none'}"
