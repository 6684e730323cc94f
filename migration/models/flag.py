"""The stored values of the feature flags."""

from django.db import models

from migration.enums import Flag


class FeatureFlag(models.Model):
    """A flag's stored value; without a row the environment's default applies."""

    name = models.CharField(max_length=40, choices=Flag)
    is_on = models.BooleanField()
    reason = models.TextField()
    changed_by = models.CharField(max_length=150)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name"], name="feature_flag_name_unique")]

    def __str__(self) -> str:
        return self.name
