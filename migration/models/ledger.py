"""The ledger: what MongoDB has acknowledged, key by key."""

from django.db import models


class LedgerEntry(models.Model):
    """The newest write of a key that MongoDB acknowledged.

    ``fingerprint`` is the first 64 bits of the document's; null for a tombstone.
    """

    pk = models.CompositePrimaryKey("dataset", "key")
    dataset = models.CharField(max_length=40)
    key = models.BigIntegerField()
    version = models.BigIntegerField()
    fingerprint = models.BigIntegerField(null=True)
    is_deleted = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "ledger entries"

    def __str__(self) -> str:
        return f"{self.dataset} {self.key} v{self.version}"
