from migration.models.archive import DatasetArchive
from migration.models.dataset import BackfillRun, Dataset
from migration.models.flag import FeatureFlag
from migration.models.measure import CaptureHeartbeat, MinuteCount, Preflight
from migration.models.outbox import OutboxRow
from migration.models.parity import ParityMismatch, ParityRun
from migration.models.rollout import RolloutPlan, RolloutStep
from migration.models.shadow import ShadowRead

__all__ = [
    "BackfillRun",
    "CaptureHeartbeat",
    "Dataset",
    "DatasetArchive",
    "FeatureFlag",
    "MinuteCount",
    "OutboxRow",
    "ParityMismatch",
    "ParityRun",
    "Preflight",
    "RolloutPlan",
    "RolloutStep",
    "ShadowRead",
]
