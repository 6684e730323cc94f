"""Usage summed by day, so that reports need not read every event."""

from django.db import models

from billing.enums import Service
from creators.models import Creator


class UsageRollup(models.Model):
    """A UTC day's usage of a creator, by service, model and feature; rows of nobody are not unique."""

    day = models.DateField()
    creator = models.ForeignKey(Creator, on_delete=models.SET_NULL, null=True, db_index=False, related_name="+")
    service = models.CharField(max_length=20, choices=Service)
    model = models.CharField(max_length=80)
    source = models.CharField(max_length=40)
    events = models.BigIntegerField(default=0)
    unreconciled = models.BigIntegerField(default=0)
    input_tokens = models.BigIntegerField(default=0)
    cache_write_5m_tokens = models.BigIntegerField(default=0)
    cache_write_1h_tokens = models.BigIntegerField(default=0)
    cache_read_tokens = models.BigIntegerField(default=0)
    output_tokens = models.BigIntegerField(default=0)
    units = models.BigIntegerField(default=0)
    cost_micro_usd = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "creator", "service", "model", "source"], name="usage_rollup_unique")
        ]
        indexes = [models.Index(fields=["creator", "day"], name="usage_rollup_creator_idx")]

    def __str__(self) -> str:
        return f"{self.service} {self.day}"


class RollupMark(models.Model):
    """How far events are summed: every event up to ``rolled_id`` is in a rollup, and none after it.

    ``next_id`` may be rolled once no transaction older than ``next_transaction`` runs: events commit in another order
    than that of their ids.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    rolled_id = models.BigIntegerField(default=0)
    next_id = models.BigIntegerField(default=0)
    next_transaction = models.BigIntegerField(default=0)
    rolled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="rollup_mark_single")]

    def __str__(self) -> str:
        return f"rolled up to {self.rolled_id}"
