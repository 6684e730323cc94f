"""Archives of datasets that have moved for good."""

from django.db import models

from migration.models.dataset import Dataset


class DatasetArchive(models.Model):
    """A compressed JSONL copy of a dataset's rows; ``sha256`` is of the compressed file, hex."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="archives")
    path = models.CharField(max_length=500)
    rows = models.BigIntegerField()
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()
    keep_until = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["path"], name="dataset_archive_path_unique")]

    def __str__(self) -> str:
        return f"{self.dataset} {self.created_at:%Y-%m-%d %H:%M}"
