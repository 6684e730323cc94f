"""The stored values of the feature flags."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration.enums import Flag


class FeatureFlag(models.Model):
    """A flag's stored value; without a row the environment's default applies.

    A flag that is on holds for ``percent`` of the creators' cohorts and for those in ``allowed``, never for those in
    ``denied``.
    """

    name = models.CharField(max_length=40, choices=Flag)
    is_on = models.BooleanField()
    percent = models.PositiveSmallIntegerField(default=100)
    allowed = ArrayField(models.BigIntegerField(), default=list, blank=True)
    denied = ArrayField(models.BigIntegerField(), default=list, blank=True)
    reason = models.TextField()
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="feature_flag_name_unique"),
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="feature_flag_percent_range"),
        ]

    def __str__(self) -> str:
        return self.name
