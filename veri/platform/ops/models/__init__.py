from veri.platform.ops.models.audit import AuditEntry as AuditEntry
from veri.platform.ops.models.backup import BackupRun as BackupRun
from veri.platform.ops.models.heartbeat import Heartbeat as Heartbeat
from veri.platform.ops.models.notification import Notification as Notification
