"""How the relay fares with each dataset, for staff."""

from django.db import models


class RelayState(models.Model):
    """What the relay last noted of a dataset; written when it changes, not with every batch.

    ``stopped_because`` names what must be mended before the dataset goes on, like a column that vanished.
    ``failure`` is what MongoDB answered last while it fails, since ``failing_since``.
    """

    dataset = models.CharField(max_length=40)
    stopped_because = models.TextField(blank=True, default="")
    stopped_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True, default="")
    failing_since = models.DateTimeField(null=True, blank=True)
    batch_rows = models.PositiveIntegerField(default=0)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset"], name="relay_state_dataset_unique")]

    def __str__(self) -> str:
        return f"{self.dataset}: {self.stopped_because or self.failure or 'runs'}"
