"""Shadow reads: the same read on both stores, after the answer was given."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration.enums import ShadowOutcome


class ShadowRead(models.Model):
    """One compared read. Durations are milliseconds; ``control_ms`` is a second reading of PostgreSQL.

    ``is_noise`` tells that the two readings of PostgreSQL differed from each other: such a read proves nothing.
    """

    datasets = ArrayField(models.CharField(max_length=40))
    scope = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    outcome = models.CharField(max_length=16, choices=ShadowOutcome)
    is_noise = models.BooleanField(default=False)
    rechecks = models.PositiveSmallIntegerField(default=0)
    postgres_ms = models.FloatField(null=True, blank=True)
    control_ms = models.FloatField(null=True, blank=True)
    mongo_ms = models.FloatField(null=True, blank=True)
    detail = models.TextField(blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="shadow_read_recent_idx")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M:%S}: {self.outcome}"
