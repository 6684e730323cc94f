from migration.admin.datasets import BackfillRunAdmin, DatasetAdmin, DatasetArchiveAdmin
from migration.admin.flags import FeatureFlagAdmin, RolloutPlanAdmin, RolloutStepAdmin
from migration.admin.measures import (
    CaptureHeartbeatAdmin,
    MinuteCountAdmin,
    PreflightAdmin,
    RelayStateAdmin,
    ShadowReadAdmin,
)
from migration.admin.mismatches import ParityMismatchAdmin
from migration.admin.outbox import OutboxRowAdmin
from migration.admin.parity import ParityRunAdmin

__all__ = [
    "BackfillRunAdmin",
    "CaptureHeartbeatAdmin",
    "DatasetAdmin",
    "DatasetArchiveAdmin",
    "FeatureFlagAdmin",
    "MinuteCountAdmin",
    "OutboxRowAdmin",
    "ParityMismatchAdmin",
    "ParityRunAdmin",
    "PreflightAdmin",
    "RelayStateAdmin",
    "RolloutPlanAdmin",
    "RolloutStepAdmin",
    "ShadowReadAdmin",
]
