"""Reads of the operations tables."""

from veri.platform.ops.enums import BackupKind, BackupState
from veri.platform.ops.models import BackupRun


def get_latest_backup(*, kind: BackupKind = BackupKind.CREATE) -> BackupRun | None:
    """Return the last successful run of a kind."""
    return BackupRun.objects.filter(kind=kind, state=BackupState.SUCCEEDED).order_by("-finished_at").first()
