"""Parity runs and every mismatch they found."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration.enums import MismatchKind, ParityState
from migration.models.dataset import Dataset


class ParityRun(models.Model):
    """One comparison of every key and field of a dataset in both stores."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="parity_runs")
    state = models.CharField(max_length=16, choices=ParityState, default=ParityState.RUNNING)
    compared = models.BigIntegerField(default=0)
    mismatched = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["dataset", "-id"], name="parity_run_recent_idx")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.started_at:%Y-%m-%d %H:%M:%S}"

    @property
    def percent(self) -> float:
        """Return the share of compared keys that agree, 0 to 100; 0 when nothing was compared."""
        return 100.0 * (self.compared - self.mismatched) / self.compared if self.compared else 0.0


class ParityMismatch(models.Model):
    """One key that persistently differs, with the names of the fields that do."""

    run = models.ForeignKey(ParityRun, on_delete=models.CASCADE, related_name="mismatches")
    key = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=MismatchKind)
    fields = ArrayField(models.CharField(max_length=60), default=list)
    repaired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="parity_mismatch_key_unique")]
        verbose_name_plural = "parity mismatches"
        permissions = [("view_content", "Can see the texts and payloads of rows that differ")]

    def __str__(self) -> str:
        return f"{self.run.dataset} {self.key}: {self.kind}"
