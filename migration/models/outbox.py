"""The outbox: keys whose current rows MongoDB must still receive.

The table is partitioned by dataset, so that one dataset's outbox can be emptied and vacuumed without the others'.
"""

from django.db import models
from django.db.models.functions import Now

from migration.enums import Operation


class OutboxRow(models.Model):
    """A changed key, written by the capture triggers. Presence means "not yet in MongoDB".

    ``scope`` is the creator the row belongs to, for read-your-writes. A quarantined row stays, so that its creator
    keeps reading PostgreSQL, but no longer holds up others.
    """

    dataset = models.CharField(max_length=40)
    key = models.BigIntegerField()
    scope = models.BigIntegerField()
    version = models.BigIntegerField()
    operation = models.CharField(max_length=1, choices=Operation)
    created_at = models.DateTimeField(db_default=Now())
    quarantined_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, db_default="")

    class Meta:
        indexes = [models.Index(fields=["scope"], name="outbox_scope_idx")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.key} v{self.version}"
