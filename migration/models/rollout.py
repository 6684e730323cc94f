"""Rollout plans: by which steps a dataset's canary, or a flag, reaches every creator."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from migration.enums import Flag
from migration.models.dataset import Dataset


class RolloutPlan(models.Model):
    """A written plan for a dataset's canary reads, or without a dataset for a flag's percentage.

    The clock takes the next step when its date has come and all its guards hold. ``held_because`` says why it waits.
    """

    flag = models.CharField(max_length=40, choices=Flag)
    dataset = models.ForeignKey(Dataset, null=True, blank=True, on_delete=models.CASCADE, related_name="rollouts")
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    held_because = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["flag", "dataset"],
                condition=models.Q(finished_at=None),
                nulls_distinct=False,
                name="rollout_one_open_per_target",
            )
        ]

    def __str__(self) -> str:
        return f"{self.dataset or self.flag} from {self.created_at:%Y-%m-%d}"


class RolloutStep(models.Model):
    """One step: not before its date, and only while its guards hold, to its percentage of cohorts."""

    plan = models.ForeignKey(RolloutPlan, on_delete=models.CASCADE, related_name="steps")
    percent = models.PositiveSmallIntegerField()
    not_before = models.DateTimeField()
    guards = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "percent"], name="rollout_step_percent_unique"),
            models.CheckConstraint(
                condition=models.Q(percent__gte=1, percent__lte=100), name="rollout_step_percent_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan}: {self.percent} %"
