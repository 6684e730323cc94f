"""What guards and charts read: counts by minute, heartbeats, preflights."""

from django.db import models

from migration.enums import Measure
from migration.models.dataset import Dataset


class MinuteCount(models.Model):
    """How often something happened in one minute; ``bucket_ms`` is a duration's upper bound, 0 for none."""

    dataset = models.CharField(max_length=40)
    minute = models.DateTimeField()
    measure = models.CharField(max_length=24, choices=Measure)
    bucket_ms = models.PositiveIntegerField(default=0)
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["minute", "dataset", "measure", "bucket_ms"], name="minute_count_unique")
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.measure} {self.minute:%H:%M}: {self.count}"


class CaptureHeartbeat(models.Model):
    """One proof that a write of the dataset's table travels the whole way to MongoDB.

    ``key`` is the row that was touched, ``version`` what the touch gave it; ``seen_at`` when MongoDB had it.
    """

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="heartbeats")
    key = models.BigIntegerField()
    version = models.BigIntegerField()
    sent_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    depth = models.BigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["dataset", "-sent_at"], name="heartbeat_recent_idx"),
            models.Index(fields=["dataset"], condition=models.Q(seen_at=None), name="heartbeat_unseen_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.dataset} {self.sent_at:%Y-%m-%d %H:%M:%S}"

    @property
    def lag_seconds(self) -> float | None:
        """Return how long the write was under way; None while it is."""
        return (self.seen_at - self.sent_at).total_seconds() if self.seen_at else None


class VersionMark(models.Model):
    """The highest version given by an instant: rows with a greater one were written later."""

    at = models.DateTimeField()
    version = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="version_mark_recent_idx")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} v{self.version}"


class Preflight(models.Model):
    """What was found before a backfill: ``findings`` are ``{name, ok, detail}``."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="preflights")
    is_ok = models.BooleanField()
    findings = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["dataset", "-at"], name="preflight_recent_idx")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.at:%Y-%m-%d %H:%M:%S}"
