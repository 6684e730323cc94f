from veri.platform.ops.admin.notifications import NotificationAdmin as NotificationAdmin
from veri.platform.ops.admin.records import AuditEntryAdmin as AuditEntryAdmin
from veri.platform.ops.admin.records import BackupRunAdmin as BackupRunAdmin
from veri.platform.ops.admin.records import HeartbeatAdmin as HeartbeatAdmin
