"""What backups were made, verified and restored."""

from django.db import models

from veri.platform.ops.enums import BackupKind, BackupState


class BackupRun(models.Model):
    """One finished run; ``detail`` holds counts by table, collection and file."""

    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=BackupKind)
    state = models.CharField(max_length=10, choices=BackupState)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()
    size_bytes = models.BigIntegerField(default=0)
    detail = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "state", "-finished_at"], name="ops_backup_latest_idx")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.state}"
