from migration.admin.datasets import BackfillRunAdmin, DatasetAdmin
from migration.admin.flags import FeatureFlagAdmin
from migration.admin.outbox import OutboxRowAdmin
from migration.admin.parity import ParityMismatchAdmin, ParityRunAdmin

__all__ = [
    "BackfillRunAdmin",
    "DatasetAdmin",
    "FeatureFlagAdmin",
    "OutboxRowAdmin",
    "ParityMismatchAdmin",
    "ParityRunAdmin",
]
